# SPDX-License-Identifier: MIT
# change.awk - changes a program as one entry of its list of changes says
#
# Usage: awk -v number=N -f change.awk PROGRAM.changes PROGRAM.c
#
# An entry begins with a line "## TITLE". Its lines "-TEXT" are in the program
# and are left out, lines "+TEXT" are put there, lines " TEXT" stay. "@@" begins
# another place. Each place has to be in the program once. Prints the changed
# program, or nothing, and on standard error what is wrong.

NR == FNR && /^## / { entry++ }
NR == FNR && entry != number { next }
NR == FNR && (/^## / || /^@@$/) { places++ }
NR == FNR && /^[- ]/ { old[places] = old[places] substr($0, 2) "\n" }
NR == FNR && /^[+ ]/ { new[places] = new[places] substr($0, 2) "\n" }
NR == FNR { next }
{ source = source "\n" $0 }

END {
    source = source "\n"
    for (i = 1; i <= places; i++) {
        at = index(source, "\n" old[i])
        if (!at || old[i] == "" || index(substr(source, at + 1), "\n" old[i])) {
            print FILENAME ": it must be there once: " old[i] >"/dev/stderr"
            exit 1
        }
        source = substr(source, 1, at) new[i] \
            substr(source, at + 1 + length(old[i]))
    }
    printf "%s", substr(source, 2)
}
