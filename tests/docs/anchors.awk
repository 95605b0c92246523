# SPDX-License-Identifier: MIT
# anchors.awk - prints the anchors of a page's headings, as GitHub makes them
#
# Usage: awk -f anchors.awk PROSE (which split.awk has made)

/^#+ / {
    text = $0
    sub(/^#+ +/, "", text)
    while (match(text, /\]\([^)]*\)/)) # of a link its text
        text = substr(text, 1, RSTART) substr(text, RSTART + RLENGTH)
    gsub(/–|—|‘|’|“|”|…|→|×/, "", text)
    gsub(/[!-,.\/:-@[-^`{-~]/, "", text) # all signs but - and _
    gsub(/ /, "-", text)
    text = tolower(text)
    print text (seen[text] ? "-" seen[text] : "")
    seen[text]++
}
