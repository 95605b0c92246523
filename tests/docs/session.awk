# SPDX-License-Identifier: MIT
# session.awk - makes a shell script of the commands of a block
#
# Usage: awk -v language=console -f session.awk BLOCK (or language=sh)
#
# Before each command stands "mark LINE", with the command's line in the block,
# and after the last one "mark end".

function mark(line)
{
    print "mark " line
    commands++
}

language == "console" && /^\$ / {
    mark(NR)
    print substr($0, 3)
    in_command = 1
    next
}

language == "console" && /^> / && in_command {
    print substr($0, 3)
    next
}

language == "console" {
    in_command = 0
    next
}

/^ *(#.*)?$/ && !in_command { next }

{
    if (!in_command)
        mark(NR)
    print
    in_command = /\\$/
}

END { print "mark end" }
