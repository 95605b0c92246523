#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh - everything gets to its place, and the man pages say what --help says
#
# Usage: sh tests/install.sh BUILD_FOLDER
#
# It installs the build into a scratch folder. Without groff and mandoc nobody can tell whether they
# understand the pages; then that is left out.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"

doc=share/doc/nine_mechanisms
prefix=$scratch/stage/opt/nine # not a place of root's system
DESTDIR=$scratch/stage cmake --install "$build" --prefix /opt/nine >log 2>&1 ||
    wrong "cmake --install fails: $(cat log)"
{
    for program in "$build"/demo_* "$build/bench_mechanisms"; do
        [ -f "$program" ] || continue
        echo "bin/${program##*/}"
        # a build with a sanitizer makes no pages
        grep -q '^SANITIZE:STRING=.' "$build/CMakeCache.txt" ||
            echo "share/man/man1/${program##*/}.1"
    done
    (cd "$project" && find README.md LICENSE demos docs -type f ! -name '*.cmake' \
        ! -name CMakeLists.txt ! -name '*.awk' ! -name '*.sh' ! -name '.*') |
        sed "s|^|$doc/|"
} | sort >expected
(cd "$prefix" && find . -type f) | sed 's|^\./||' | sort >found
cmp -s expected found || wrong "not the files there should be:
$(diff expected found)"

# Programs are to start, the rest is to read, for all users.
wrong_modes=$(find stage \( -type d -o -path '*/bin/*' \) ! -perm 755 -o \
    -type f ! -path '*/bin/*' ! -perm 644)
[ -z "$wrong_modes" ] || wrong "not the right modes: $wrong_modes"

"$prefix/bin/demo_pipe" --speed=1000 >out 2>err || wrong "$(cat err)"
[ "$(cat out)" = makeThisSentenceCamelcase ] || wrong "demo_pipe says: $(cat out)"

# Links lead somewhere, but for those to what only the project has.
(cd "$prefix/$doc" && find . -name '*.md' -exec grep -o '](\([^)#:]*\)[)#]' /dev/null {} +) |
    sed 's/:](/ /; s/.$//' >links
while read -r page link; do
    case $link in
    *common/* | *tests/* | *.github/* | *.devcontainer/*) ;;
    *) [ -e "$prefix/$doc/$(dirname "$page")/$link" ] ||
        wrong "a link leads nowhere: $page: $link" ;;
    esac
done <links

# words <TEXT: one a line, in small letters, without the colon of a heading
words()
{
    tr -s ' ' '\n' | sed '/^$/d; s/:$//' | tr '[:upper:]' '[:lower:]'
}

for page in "$prefix"/share/man/man1/*; do
    [ -s "$page" ] || continue # there are none
    program=$(basename -- "$page" .1)
    if command -v mandoc >/dev/null; then # a page without a date is the same tomorrow
        said=$(mandoc -T lint -W warning "$page" | grep -v 'missing date') || true
        [ -z "$said" ] || wrong "$said"
    fi
    if command -v groff >/dev/null; then
        said=$(groff -man -ww -z "$page" 2>&1) || true
        [ -z "$said" ] || wrong "groff: $said"
        # in the same order; the page may say more, and instead of "Usage"
        "$prefix/bin/$program" --help | sed 's/^Usage://' | words >help
        groff -man -Tascii -P-cbou "$page" | words >text
        lost=$(diff -d help text | sed -n 's/^< //p')
        { [ -s help ] && [ -z "$lost" ]; } ||
            wrong "the page of $program lacks of its --help: $lost"
    fi
done

[ $failures -eq 0 ]
