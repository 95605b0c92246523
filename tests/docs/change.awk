# SPDX-License-Identifier: MIT
# change.awk - changes a program as one entry of its list of changes says
#
# Usage: awk -v number=N -f change.awk PROGRAM.changes PROGRAM.c
#
# An entry begins with a line "## TITLE". Its lines "-TEXT" are in the program
# and are left out, lines "+TEXT" are put there, lines " TEXT" stay. "@@" begins
# another place. Each place has to be in the program once. Prints the changed
# program, or nothing, and on standard error what is wrong.

function complain(text)
{
    print FILENAME ": " title ": " text >"/dev/stderr"
    failed = 1
    exit 1
}

# Whether place P begins at line K.
function fits(p, k,   i)
{
    for (i = 1; i <= olds[p]; i++)
        if (source[k + i - 1] != old[p, i])
            return 0
    return 1
}

function change(p,   i, k, at, shift)
{
    for (k = 1; k <= lines - olds[p] + 1; k++)
        if (fits(p, k)) {
            if (at)
                complain("it is there more than once: " old[p, 1])
            at = k
        }
    if (!at || !olds[p])
        complain("it is not there: " old[p, 1])
    shift = news[p] - olds[p]
    if (shift > 0)
        for (k = lines; k >= at + olds[p]; k--)
            source[k + shift] = source[k]
    else
        for (k = at + olds[p]; k <= lines; k++)
            source[k + shift] = source[k]
    lines += shift
    for (i = 1; i <= news[p]; i++)
        source[at + i - 1] = new[p, i]
}

NR == FNR && /^## / {
    if (++entry == number) {
        title = substr($0, 4)
        places = 1
    }
}

NR == FNR {
    if (entry == number && /^@@$/)
        places++
    if (entry == number && /^[- ]/)
        old[places, ++olds[places]] = substr($0, 2)
    if (entry == number && /^[+ ]/)
        new[places, ++news[places]] = substr($0, 2)
    next
}

{ source[++lines] = $0 }

END {
    if (failed)
        exit 1
    for (p = 1; p <= places; p++)
        change(p)
    for (k = 1; k <= lines; k++)
        print source[k]
}
