# SPDX-License-Identifier: MIT
# words.awk - finds words that the project does not use, and says what to write
#
# Usage: awk -f words.awk TEXT...
#
# Prints "FILE:LINE: TEXT" for each. Names of a source, as so_it_is, do not count.

BEGIN {
    instead["in place of"] = "instead of"
    instead["for ever"] = "forever"
    instead["shall"] = "must, or the present tense"
    instead["dearer"] = "costs more"
    instead["anew"] = "again"
    instead["mends?"] = "repair"
    instead["stands? (alone|in|open)"] = "say what it does, or is"
    instead["who (wants|changes|sends|finds|writes)"] = "name the actor"
    instead["so it should be"] = "as expected"
}

FNR == 1 { before = " " }

# A word begins and ends at anything but a letter: not every awk knows \<.
{
    text = $0
    gsub(/[A-Za-z0-9]*_[A-Za-z0-9_]*/, "NAME", text)
    gsub(/[^A-Za-z]+/, " ", text)
    text = before tolower(text) " " # with the end of the line before
    gsub(/ +/, " ", text)
    for (words in instead)
        if (match(text, " " words " ") && RSTART + RLENGTH - 1 > length(before))
            print FILENAME ":" FNR ": \"" substr(text, RSTART + 1, RLENGTH - 2) \
                "\": write plainly: " instead[words]
    before = match(text, /( [a-z]+)?( [a-z]+)?( [a-z]+)? $/) ? substr(text, RSTART) : " "
}
