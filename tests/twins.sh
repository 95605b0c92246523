#!/bin/sh
# SPDX-License-Identifier: MIT
# twins.sh - each demo's source keeps the form that makes it easy to read
#
# Usage: sh tests/twins.sh
#
# A function broken_X() is the same text as X(), but for lines that are left out and lines that are
# marked: WRONG, or window, beside the line or alone above it. (Braces and indentation follow from
# what is left out, and comments may say what then happens.) The header has at most 22 lines of
# text, the mechanism ends within 60 lines after it (of some it is larger), and all in all a demo
# has at most 150 lines, of 80 columns.
set -eu

cd -- "$(dirname -- "$0")/.."
failed=
for demo in demos/demo_*.c; do
    case $demo in
    *condvar*) most=85 ;;
    *pipe*) most=70 ;;
    *socket*) most=110 ;;
    *) most=60 ;;
    esac
    awk -v most=$most '
        function wrong(text) {
            print FILENAME ": " text
            bad = 1
        }
        # without what may differ: the indentation, a brace around one statement, a comment that
        # says what then happens
        function plain(line) {
            gsub(/[ \t]+/, " ", line)
            sub(/ ?\/\*.*\*\/$/, "", line)
            gsub(/^ | $| ?\{$|^ ?\}$/, "", line)
            return line
        }
        # each line of a twin that is not marked is in the right one, in its order
        function compare(twin, right,   i, at, to) {
            if (text[twin] == text[right])
                wrong(twin "() is not different from " right "()")
            split(text[twin], left_over, "\n")
            to = split(text[right], whole, "\n")
            for (i = 1; i in left_over; i++) {
                if (left_over[i] ~ /^ *\/\*.*(WRONG|window).*\*\/$/)
                    i++ # it marks the next line
                else if (left_over[i] !~ /WRONG|window/ && plain(left_over[i]) != "") {
                    while (++at <= to && plain(whole[at]) != plain(left_over[i]))
                        continue
                    if (at > to) {
                        wrong(twin "(): not in " right "(), and not marked: " left_over[i])
                        return
                    }
                }
            }
        }
        !header && NR > 1 && /\*\/$/ { header = NR }
        /^\/\* ---- The mechanism ends here\./ { ends++; mechanism = last - header }
        NF { last = NR }
        /^}/ { name = "" }
        name != "" { text[name] = text[name] $0 "\n" }
        /^[a-z].*\)$/ { # begins a function
            name = $0
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            text[name] = ""
        }
        END {
            for (twin in text)
                twins += twin ~ /^broken_/
            for (twin in text)
                if (twin ~ /^broken_/)
                    compare(twin, substr(twin, 8))
            if (twins == 0 || ends != 1 || header - 2 > 22 || mechanism > most || NR > 150)
                wrong(twins + 0 " functions broken_...(), " ends + 0 " lines /* ---- The \
mechanism ends here., a header of " header - 2 " lines of text and at most 22, " mechanism \
" lines of the mechanism and at most " most ", " NR " lines and at most 150")
            exit bad
        }' "$demo" || failed=1
done
# characters, not bytes
if LC_ALL=C.UTF-8 grep -nE '^.{81}' demos/*.c demos/parts/*.[ch] demos/*.sh; then
    echo "these lines have more than 80 columns"
    failed=1
fi
[ -z "$failed" ]
