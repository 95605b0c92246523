# SPDX-License-Identifier: MIT
# sentences.awk - the lengths of a page's sentences, in words
#
# Usage: awk [-v long=N -v page=NAME] -f sentences.awk PAGE
#
# Prints a line for each sentence: how many words it has. If N is not 0, each
# sentence of more than N words, too, behind the page's name.

function plain(text)
{
    gsub(/<!--[^>]*-->/, "", text)
    gsub(/``[^`]*``/, "code", text)
    gsub(/`[^`]*`/, "code", text)
    gsub(/!\[[^]]*\]\([^)]*\)/, "", text) # a picture
    gsub(/\]\([^)]*\)/, "]", text)        # a link has its text
    gsub(/<[^>]*>/, "", text)
    gsub(/[][*]/, "", text)
    return text
}

function count(sentence,   word, words, i, number)
{
    words = split(sentence, word, /[ \t]+/)
    for (i = 1; i <= words; i++)
        if (word[i] ~ /[A-Za-z0-9]/)
            number++
    if (number == 0)
        return
    print number
    if (long && number > long)
        print page ": " number ": " sentence
}

function paragraph(   text)
{
    text = plain(paragraph_text)
    paragraph_text = ""
    gsub(/e\.g\.|i\.e\./, "eg", text)
    while (match(text, /[.!?]["”)]*( |$)/)) {
        count(substr(text, 1, RSTART + RLENGTH - 1))
        text = substr(text, RSTART + RLENGTH)
    }
    count(text)
}

/^ *```/ { paragraph(); inside = !inside; next }
inside { next }
/^#/ || /^ *\|/ || /^ *<\/?(details|table|tr|td|p|img)/ || /^ *$/ {
    paragraph()
    next
}
/^ *([-*]|[0-9]+\.) / { paragraph(); sub(/^ *([-*]|[0-9]+\.) +/, "") }
{ paragraph_text = paragraph_text " " $0 }
END { paragraph() }
