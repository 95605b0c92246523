#!/bin/sh
# SPDX-License-Identifier: MIT
# sentences.sh - how long the sentences of the pages are
#
# Usage: sh docs/sentences.sh [PAGE...]
#
# Prints for each page how many sentences it has, their mean length in words,
# and the length that nine of ten do not exceed. A page that people like to read
# has a mean of at most 17, and 28 for nine of ten. With LONG=N it also prints
# each sentence of more than N words.
#
# Exit status: 1 if a page exceeds these limits. A page of fewer than ten
# sentences cannot.
#
# Only running text counts: no headings, tables, or blocks. A piece of code in a
# sentence is one word.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
if [ $# -eq 0 ]; then
    cd "$project"
    # shellcheck disable=SC2046 # a list, and no name has a blank
    set -- $(find README.md .github docs -name '*.md' | sort)
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/sentences.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

status=0
printf '%9s %6s %6s  %s\n' sentences mean '90 %' page
for page; do
    awk -v long="${LONG:-0}" -v page="$page" \
        -f "$project/tests/docs/sentences.awk" "$page" >"$scratch/all"
    grep -v '^[0-9]*$' "$scratch/all" || true
    grep '^[0-9]*$' "$scratch/all" | sort -n | awk -v page="$page" '
        { length_of[NR] = $1; sum += $1 }
        END {
            at = int(NR * 0.9)
            if (at < NR * 0.9)
                at++
            wrong = NR >= 10 && (sum / NR > 17 || length_of[at] > 28)
            if (NR > 0)
                printf "%9d %6.1f %6d  %s%s\n", NR, sum / NR, length_of[at], page,
                    wrong ? ": too long" : ""
            exit wrong
        }' || status=1
done
exit $status
