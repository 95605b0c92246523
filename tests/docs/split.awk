# SPDX-License-Identifier: MIT
# split.awk - takes a Markdown page apart
#
# Usage: awk -v out=FOLDER -f split.awk PAGE
#
# OUT/blocks   a line for each fenced block: its number, the line where the page
#              opens it, its language, and the comment on the line before it
# OUT/N.text   what block N holds
# OUT/prose    the page with its blocks left blank
# OUT/wrong    LINE TEXT for each mistake in this

function wrong(line, text)
{
    print line " " text >(out "/wrong")
}

function open_block(fence)
{
    match(fence, /^ */)
    indentation = RLENGTH
    sub(/^ */, "", fence)
    match(fence, /^`+/)
    ticks = RLENGTH
    language = substr(fence, ticks + 1)
    gsub(/^ *| *$/, "", language)
    if (language == "") {
        wrong(NR, "the block has no language: console, sh, c, diff or text")
        language = "text"
    }
    opened = NR
    text = out "/" ++blocks ".text"
    printf "" >text
    print blocks, NR, language, note >(out "/blocks")
}

BEGIN {
    printf "" >(out "/blocks")
    printf "" >(out "/wrong")
    printf "" >(out "/prose")
}

{ sub(/\r$/, "") }

opened && /^ *```+ *$/ && length($1) >= ticks {
    close(text)
    opened = 0
    note = ""
    print "" >(out "/prose")
    next
}

opened {
    line = $0
    for (i = 0; i < indentation && line ~ /^ /; i++)
        line = substr(line, 2)
    print line >text
    print "" >(out "/prose")
    next
}

/^ *```+[^`]*$/ {
    open_block($0)
    print "" >(out "/prose")
    next
}

/^[ >*+0-9.-]*(```|~~~)/ {
    wrong(NR, "a block begins with ``` in a line of its own, or is not checked")
}

{
    note = ""
    if ($0 ~ /^ *<!-- .* -->$/) {
        note = $0
        gsub(/^ *<!-- *| *-->$/, "", note)
    }
    print >(out "/prose")
}

END {
    if (opened)
        wrong(opened, "the block does not end")
}
