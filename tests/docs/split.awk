# SPDX-License-Identifier: MIT
# split.awk - takes a Markdown page apart
#
# Usage: awk -v out=FOLDER -f split.awk PAGE
#
# OUT/blocks     a line for each fenced block: its number, the line where the
#                page opens it, its language, and the comment on the line before
# OUT/N.text     what block N holds
# OUT/N.session  its commands as a shell script: before each one "mark LINE",
#                with its line in the block, and at the end "mark end"
# OUT/prose      the page with its blocks left blank
# OUT/wrong      LINE TEXT for each mistake in this

function wrong(line, text)
{
    print line " " text >(out "/wrong")
}

function command(text)
{
    if (!in_command)
        print "mark " NR - opened >session
    print text >session
}

BEGIN {
    printf "" >(out "/blocks")
    printf "" >(out "/wrong")
    printf "" >(out "/prose")
}

{ sub(/\r$/, "") }

opened && /^```$/ {
    print "mark end" >session
    close(text)
    close(session)
    opened = 0
    note = ""
    print "" >(out "/prose")
    next
}

opened {
    print >text
    print "" >(out "/prose")
    if (language == "console" && /^\$ /) {
        in_command = 0
        command(substr($0, 3))
        in_command = 1
    } else if (language == "console" && in_command && /^> /)
        command(substr($0, 3))
    else if (language == "console")
        in_command = 0
    else if (language == "sh" && (in_command || !/^ *(#.*)?$/)) {
        command($0)
        in_command = /\\$/
    }
    next
}

/^```[a-z]*$/ {
    opened = NR
    in_command = 0
    language = substr($0, 4)
    if (language == "") {
        wrong(NR, "the block has no language: console, sh, c, diff or text")
        language = "text"
    }
    text = out "/" ++blocks ".text"
    session = out "/" blocks ".session"
    printf "" >text
    print blocks, NR, language, note >(out "/blocks")
    print "" >(out "/prose")
    next
}

/^[ >*+0-9.-]*(```|~~~)/ {
    wrong(NR, "a block begins with ``` in a line of its own, or is not checked")
}

{
    note = ""
    if ($0 ~ /^<!-- .* -->$/) {
        note = $0
        gsub(/^<!-- *| *-->$/, "", note)
    }
    print >(out "/prose")
}

END {
    if (opened)
        wrong(opened, "the block does not end")
}
