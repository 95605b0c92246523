#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh - everything gets to its place, and the man pages say what --help
# says
#
# Usage: sh tests/install.sh BUILD_FOLDER
#
# It installs the build into a scratch folder. Without groff and mandoc nobody
# can tell whether they understand the pages; then that is left out.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"

has()
{
    command -v "$1" >/dev/null 2>&1
}

programs=
for source in "$project"/demos/demo_*.c; do
    program=${source##*/}
    programs="$programs ${program%.c}"
done
[ ! -x "$build/bench_mechanisms" ] || programs="$programs bench_mechanisms"
doc=share/doc/nine_mechanisms
with_pages=yes
# a build with a sanitizer makes none
! grep -q '^SANITIZE:STRING=.' "$build/CMakeCache.txt" || with_pages=

# The list of files, in a place that does not belong to root's system.
prefix=$scratch/stage/opt/nine
DESTDIR=$scratch/stage cmake --install "$build" --prefix /opt/nine >log 2>&1 ||
    wrong "cmake --install fails: $(cat log)"
{
    for program in $programs; do
        echo "bin/$program"
        [ -z "$with_pages" ] || echo "share/man/man1/$program.1"
    done
    echo $doc/README.md
    echo $doc/LICENSE
    (cd "$project" && find demos -name '*.[ch]' && find docs -type f \
        ! -name CMakeLists.txt ! -name '*.cmake' ! -name '*.awk' \
        ! -name '*.sh') |
        sed "s|^|$doc/|"
} | sort >expected
(cd stage && find . -type f) | sed 's|^\./opt/nine/||' | sort >found
cmp -s expected found || wrong "not the files there should be:
$(diff expected found)"

# Programs are to start, the rest is to read, for all users.
for entry in $(find stage -type d ! -perm 755) \
    $(find stage -type f -path '*/bin/*' ! -perm 755) \
    $(find stage -type f ! -path '*/bin/*' ! -perm 644); do
    wrong "not the right mode: $(ls -ld "$entry")"
done

"$prefix/bin/demo_pipe" --speed=1000 >out 2>err ||
    wrong "the installed demo_pipe fails: $(cat err)"
[ "$(cat out)" = makeThisSentenceCamelcase ] ||
    wrong "the installed demo_pipe says: $(cat out)"

# Links lead somewhere, but for those to what only the project has.
find "$prefix/$doc" -name '*.md' | while read -r page; do
    awk -f "$project/tests/docs/links.awk" "$page" |
        while read -r _ kind link; do
            case $kind:${link%%#*} in
            code:* | link: | *:*:* | *common/* | *tests/* | *.github/* | \
                *.devcontainer/*) ;;
            *) [ -e "$(dirname "$page")/${link%%#*}" ] || echo "$page: $link" ;;
            esac
        done
done >dead
[ ! -s dead ] || wrong "links that lead nowhere:
$(cat dead)"

# rendered PAGE: as plain text
rendered()
{
    if has groff; then
        groff -man -Tascii -P-cbou "$1"
    else
        mandoc -T ascii "$1" | sed "s/.$(printf '\b')//g"
    fi
}

# has_all_words HELP PAGE: in the same order. The page may say more, has its own
# word for "Usage", and headings in capitals and without a colon.
has_all_words()
{
    awk '
        BEGIN { at = n = 0 }
        FNR == 1 { file++ }
        file == 1 && $1 == "Usage:" { $1 = "" }
        {
            words = split(tolower($0), word)
            for (i = 1; i <= words; i++) {
                sub(/:$/, "", word[i])
                if (file == 1)
                    wanted[n++] = word[i]
                else if (at < n && word[i] == wanted[at])
                    at++
            }
        }
        END {
            if (at < n)
                printf "\"%s\", word %d of %d\n", wanted[at], at + 1, n
            exit n == 0 || at < n
        }' "$1" "$2"
}

understood=
for page in "$prefix"/share/man/man1/*; do
    [ -s "$page" ] || continue # there are none
    program=$(basename -- "$page" .1)
    if has groff; then
        said=$(groff -man -ww -z "$page" 2>&1) || true
        [ -z "$said" ] || wrong "groff: $said"
    fi
    if has mandoc; then # a page without a date is the same tomorrow
        said=$(mandoc -T lint -W warning "$page" | grep -v 'missing date') ||
            true
        [ -z "$said" ] || wrong "$said"
    fi
    if has groff || has mandoc; then
        understood=", and read by a formatter"
        "$prefix/bin/$program" --help >help
        rendered "$page" >text
        lost=$(has_all_words help text) ||
            wrong "the page of $program lacks of its --help: $lost"
    fi
done

files=$(($(wc -l <expected)))
echo "$files files installed$understood: $failures things wrong"
[ $failures -eq 0 ]
