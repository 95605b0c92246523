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

# check_twins FILE: fails if a twin has a line of its own that is not marked
check_twins()
{
    awk -v file="$1" '
        # without what may differ: the indentation, a brace around one statement
        function plain(line) {
            gsub(/[ \t]+/, " ", line)
            sub(/ ?\/\*.*\*\/$/, "", line) # a comment may say what differs
            gsub(/^ | $/, "", line)
            sub(/ ?\{$/, "", line)
            return line == "}" ? "" : line
        }
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
            for (twin in lines) {
                if (twin !~ /^broken_/)
                    continue
                twins++
                right = substr(twin, 8)
                if (!(right in lines)) {
                    print file ": " twin "() has no right one, " right "()"
                    bad = 1
                    continue
                }
                at = 0
                marks = 0
                for (i = 1; i <= lines[twin]; i++) {
                    line = text[twin, i]
                    if (line ~ /WRONG|window/) {
                        marks++
                        if (line ~ /^ *\/\*.*\*\/$/) # a comment alone
                            i++
                        continue
                    }
                    if (plain(line) == "")
                        continue
                    from = at
                    do
                        at++
                    while (at <= lines[right] &&
                        plain(text[right, at]) != plain(line))
                    if (at > lines[right]) {
                        print file ": not in " right "(), and not marked, in " \
                            twin "():\n" line
                        bad = 1
                        at = from
                    }
                }
                same = lines[twin] == lines[right] && marks == 0
                for (i = 1; same && i <= lines[twin]; i++)
                    same = text[twin, i] == text[right, i]
                if (same) {
                    print file ": " twin "() is not different"
                    bad = 1
                }
            }
            if (twins == 0) {
                print file ": there is no broken_...()"
                bad = 1
            }
            exit bad
        }' "$1"
}

# check_size FILE MECHANISM: fails if one of its parts is too long
check_size()
{
    awk -v file="$1" -v most="$2" '
        !header && NR > 1 && /\*\/$/ { header = NR }
        /^\/\* ---- The mechanism ends here\./ { ends++; mechanism = last - header }
        NF { last = NR }
        END {
            if (header - 2 > 22) {
                print file ": the header has " header - 2 \
                    " lines of text; at most 22"
                bad = 1
            }
            if (ends != 1) {
                print file ": there must be one line /* ---- The mechanism " \
                    "ends here."
                bad = 1
            }
            if (mechanism > most) {
                print file ": the mechanism ends " mechanism \
                    " lines after the header; at most " most
                bad = 1
            }
            if (NR > 150) {
                print file ": " NR " lines; at most 150"
                bad = 1
            }
            exit bad
        }' "$1"
}

for demo in demos/demo_*.c; do
    case $demo in
    *condvar*) most=85 ;;
    *pipe*) most=70 ;;
    *socket*) most=110 ;;
    *shm*) most=80 ;;
    *) most=60 ;;
    esac
    check_twins "$demo" || failed=1
    check_size "$demo" $most || failed=1
done
# characters, not bytes
if LC_ALL=C.UTF-8 grep -nE '^.{81}' demos/*.c demos/parts/*.[ch] demos/*.sh; then
    echo "these lines have more than 80 columns"
    failed=1
fi
[ -z "$failed" ] || exit 1
echo "All twins are the same but for their marks, and all sizes are right."
