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

if [ $# -eq 0 ]; then
    cd -- "$(dirname -- "$0")/.."
    # shellcheck disable=SC2046 # a list, and no name has a blank
    set -- $(find README.md .github docs -name '*.md' | sort)
fi

printf '%9s %6s %6s  %s\n' sentences mean '90 %' page
awk -v long="${LONG:-0}" '
    function count(sentence,   word, i, number) {
        for (i = split(sentence, word, /[ \t]+/); i > 0; i--)
            number += word[i] ~ /[A-Za-z0-9]/
        if (number == 0)
            return
        of_length[number]++
        sentences++
        words += number
        if (long && number > long)
            print page ": " number ": " sentence
    }

    function end_paragraph() {
        gsub(/<!--[^>]*-->/, "", text)
        gsub(/``[^`]*``|`[^`]*`/, "code", text)
        gsub(/!\[[^]]*\]\([^)]*\)/, "", text) # a picture
        gsub(/\]\([^)]*\)/, "]", text)        # a link has its text
        gsub(/<[^>]*>|[][*]/, "", text)
        gsub(/e\.g\.|i\.e\./, "eg", text)
        while (match(text, /[.!?]["”)]*( |$)/)) {
            count(substr(text, 1, RSTART + RLENGTH - 1))
            text = substr(text, RSTART + RLENGTH)
        }
        count(text)
        text = ""
    }

    function end_page(   longest, within, wrong) {
        end_paragraph()
        while (within < sentences * 0.9)
            within += of_length[++longest]
        wrong = sentences >= 10 && (words / sentences > 17 || longest > 28)
        if (sentences > 0)
            printf "%9d %6.1f %6d  %s%s\n", sentences, words / sentences,
                longest, page, wrong ? ": too long" : ""
        failed += wrong
        sentences = words = in_block = 0
        split("", of_length)
    }

    FNR == 1 { end_page(); page = FILENAME }
    /^ *```/ { end_paragraph(); in_block = !in_block; next }
    in_block { next }
    /^#/ || /^ *\|/ || /^ *<\/?(details|table|tr|td|p|img)/ || /^ *$/ {
        end_paragraph()
        next
    }
    /^ *([-*]|[0-9]+\.) / { end_paragraph(); sub(/^ *([-*]|[0-9]+\.) +/, "") }
    { text = text " " $0 }
    END { end_page(); exit failed > 0 }' "$@"
