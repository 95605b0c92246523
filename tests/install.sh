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

programs=$(demos | sed -E 's/[a-z]+/demo_&/g')
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
mkdir links
(cd "$prefix/$doc" && find . -name '*.md' -exec awk -v out="$scratch/links" \
    -f "$project/tests/docs/page.awk" of=pages {} +)
while read -r page _ link; do
    case ${link%%#*} in
    '' | *:* | *common/* | *tests/* | *.github/* | *.devcontainer/*) ;;
    *) [ -e "$prefix/$doc/$(dirname "$page")/${link%%#*}" ] ||
        wrong "a link leads nowhere: $page: $link" ;;
    esac
done <links/links

# rendered PAGE: as plain text
rendered()
{
    if has groff; then
        groff -man -Tascii -P-cbou "$1"
    else
        mandoc -T ascii "$1" | sed "s/.$(printf '\b')//g"
    fi
}

# words <TEXT: one a line, in small letters, without the colon of a heading
words()
{
    awk '{
        for (i = 1; i <= NF; i++) {
            sub(/:$/, "", $i)
            print tolower($i)
        }
    }'
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
        # in the same order; the page may say more, and instead of "Usage"
        "$prefix/bin/$program" --help | sed 's/^Usage://' | words >help
        rendered "$page" | words >text
        lost=$(diff -d help text | sed -n 's/^< //p')
        { [ -s help ] && [ -z "$lost" ]; } ||
            wrong "the page of $program lacks of its --help: $lost"
    fi
done

files=$(($(wc -l <expected)))
echo "$files files installed$understood: $failures things wrong"
[ $failures -eq 0 ]
