# SPDX-License-Identifier: MIT
# code.awk - whether what a page names is there: options of demos, and files
#
# Usage: awk -v owner=PROGRAM -v example=WORD -f code.awk OPTIONS CODE
#
# OPTIONS has a line "PROGRAM --option" for each; CODE has "LINE code TEXT". An
# option belongs to the program that TEXT names before it; without one to OWNER,
# or, if that is empty, to any. Prints "LINE known OPTION" or "LINE unknown
# OPTION" for each, "LINE path PATH" for each file of the project, and "LINE name
# NAME" for each name with an underscore, but not what WORD is a part of.

NR == FNR {
    has[$0]
    has[" " $2]
    next
}

$3 ~ /^[a-z]+(_[a-z0-9]+)+(\(\))?$/ && NF == 3 &&
    (example == "" || !index($3, example)) {
    name = $3
    sub(/\(\)$/, "", name)
    print $1 " name " name
}

{
    program = owner
    ours = 1
    for (i = 3; i <= NF; i++) {
        word = $i
        if (example != "" && index(word, example))
            continue
        if (word ~ /^(\.\/)?(demo_[a-z]+|bench_mechanisms)$/) {
            program = word
            sub(/^\.\//, "", program)
            ours = 1
        } else if (i == 3 && word !~ /^-/)
            ours = 0 # the options of another program
        if (ours && match(word, /^--[a-z][a-z-]*/)) {
            option = substr(word, 1, RLENGTH)
            print $1, ((program " " option) in has) ? "known" : "unknown",
                program, option
        }
        gsub(/[,.;:]+$/, "", word)
        if (word ~ /^(demos|common|tests|docs|\.ci|\.github)\// &&
            word ~ /^[A-Za-z0-9_.\/-]*$/ && word !~ /[_\/][A-Z]+\./) # as docs/NAME.md
            print $1 " path " word
    }
}
