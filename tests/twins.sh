#!/bin/sh
# SPDX-License-Identifier: MIT
# twins.sh - each demo's source keeps the form that makes it easy to read
#
# Usage: sh tests/twins.sh
#
# A function broken_X() is the same text as X(), but for lines that are left out
# and lines that are marked: WRONG, or window, beside the line or alone above it.
# (Braces and indentation follow from what is left out, and comments may say
# what then happens.) The header has at most 22 lines of text, the mechanism ends
# within 60 lines after it (of some it is larger), and all in all a demo has at
# most 150 lines, of 80 columns.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$project"
failed=

# check FILE MOST-LINES-OF-THE-MECHANISM
check()
{
    awk -v most="$2" '
        function wrong(text) {
            print FILENAME ": " text
            bad = 1
        }
        # without what may differ: the indentation, a brace around one statement
        function plain(line) {
            gsub(/[ \t]+/, " ", line)
            sub(/ ?\/\*.*\*\/$/, "", line) # a comment may say what differs
            gsub(/^ | $/, "", line)
            sub(/ ?\{$/, "", line)
            return line == "}" ? "" : line
        }
        # each line of a twin that is not marked is in the right one, in its order
        function compare(twin, right,   i, at, from, same) {
            if (!(right in lines))
                wrong(twin "() has no right one, " right "()")
            same = lines[twin] == lines[right]
            for (i = 1; i <= lines[twin]; i++) {
                same = same && text[twin, i] == text[right, i]
                if (text[twin, i] ~ /WRONG|window/) {
                    if (text[twin, i] ~ /^ *\/\*.*\*\/$/) # a comment alone
                        i++
                } else if (plain(text[twin, i]) != "") {
                    from = at
                    while (++at <= lines[right] &&
                        plain(text[right, at]) != plain(text[twin, i]))
                        continue
                    if (at > lines[right]) {
                        wrong("not in " right "(), and not marked, in " twin \
                            "():\n" text[twin, i])
                        at = from
                    }
                }
            }
            if (same)
                wrong(twin "() is not different")
        }
        !header && NR > 1 && /\*\/$/ { header = NR }
        /^\/\* ---- The mechanism ends here\./ { ends++; mechanism = last - header }
        NF { last = NR }
        /^[a-z].*\)$/ { # begins a function
            name = $0
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            lines[name] = 0
            next
        }
        /^}/ { name = "" }
        name != "" { text[name, ++lines[name]] = $0 }
        END {
            for (twin in lines)
                if (twin ~ /^broken_/) {
                    twins++
                    compare(twin, substr(twin, 8))
                }
            if (twins == 0)
                wrong("there is no broken_...()")
            if (header - 2 > 22)
                wrong("the header has " header - 2 " lines of text; at most 22")
            if (ends != 1)
                wrong("there must be one line /* ---- The mechanism ends here.")
            if (mechanism > most)
                wrong("the mechanism ends " mechanism \
                    " lines after the header; at most " most)
            if (NR > 150)
                wrong(NR " lines; at most 150")
            exit bad
        }' "$1"
}

for demo in demos/demo_*.c; do
    case $demo in
    *condvar*) most=85 ;;
    *pipe*) most=70 ;;
    *socket*) most=110 ;;
    *) most=60 ;;
    esac
    check "$demo" $most || failed=1
done
# characters, not bytes
if LC_ALL=C.UTF-8 grep -nE '^.{81}' demos/*.c demos/parts/*.[ch] demos/*.sh; then
    echo "these lines have more than 80 columns"
    failed=1
fi
[ -z "$failed" ] || exit 1
echo "All twins are the same but for their marks, and all sizes are right."
