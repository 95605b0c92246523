#!/bin/sh
# SPDX-License-Identifier: MIT
# docs.sh - whether README and docs still tell the truth
#
# Usage: sh tests/docs.sh [BUILD_FOLDER [PAGE...]]
#
# Runs the commands that the pages show and compares what they print, looks up each quote in the
# source, each link, each option that is named, each word that is to be avoided, and draws the
# pictures again. docs/WRITING.md has the rules for those who write pages. With PAGEs only these,
# and no pictures. DEMOS=FOLDER takes the programs from there.
#
# Each mistake is a line "PAGE:LINE: what is wrong". Exit status: 0 if there is none.
set -eu

programs=${DEMOS:+$(CDPATH='' cd -- "$DEMOS" && pwd -P)}
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
tools=$project/tests/docs
programs=${programs:-$build}
cd "$project"
[ $# -eq 0 ] || shift

mistakes=$scratch/mistakes # of the lane that writes there
limit=''
! command -v timeout >/dev/null || limit='timeout 180' # a minute, on a machine that is not busy

# wrong PAGE LINE TEXT [DETAILS]
wrong()
{
    {
        echo "$1:$2: $3"
        [ -z "${4-}" ] || printf '%s\n' "$4" | sed -e 's/^/    /' -e 40q
    } >>"$mistakes"
}

# find_words FILE...: what the project does not write, since there are plainer words for it. Names
# of a source, as so_it_is, do not count.
find_words()
{
    unwanted='in plac[e] of|for eve[r]|shal[l]|deare[r]|ane[w]|men[d]s?|stand[s]? (alone|in|open)|so it shoul[d] be'
    awk -v unwanted=" ($unwanted|wh[o] (wants|changes|sends|finds|writes)) " '
        function check() {
            gsub(/[^A-Za-z0-9_]+/, " ", text)
            text = tolower(text)
            if (match(text, unwanted))
                print file ":1: write this plainly:" substr(text, RSTART, RLENGTH - 1)
            text = " "
        }
        FNR == 1 { check(); file = FILENAME }
        { text = text $0 " " }
        END { check() }' "$@"
}

# apply: builds the demo with the change, and puts it into RUN in the program's place
apply()
{
    demo=$(basename -- "$source" .c)
    copy=$scratch/copy
    if [ ! -e "$copy" ]; then
        mkdir "$copy"
        cp -R CMakeLists.txt common demos docs "$copy"
        CC=$(sed -n 's/^CMAKE_C_COMPILER:.*=//p' "$build/CMakeCache.txt") cmake -S "$copy" \
            -B "$copy/build" -DBUILD_TESTING=OFF >"$scratch/said" 2>&1 || true
    fi
    cp "$source" "$copy/$source" # without the change before
    if ! command -v patch >/dev/null; then
        echo "$page:$change_line: there is no patch" >>"$scratch/not_run"
        return 1
    fi
    if ! grep -qxFe "--- a/$source" "$scratch/$change.text" ||
        ! patch "$copy/$source" "$scratch/$change.text" >"$scratch/said" 2>&1 ||
        grep -q 'with fuzz' "$scratch/said"; then
        what="the change does not fit to $source"
    elif ! cmake --build "$copy/build" --target "$demo" >"$scratch/said" 2>&1; then
        what="with the change $demo cannot be built"
    else
        rm "$run/$demo"
        cp "$copy/build/$demo" "$run"
        return
    fi
    wrong "$page" "$change_line" "$what" "$(cat "$scratch/said")"
    return 1
}

# run_block: one line of "sessions", which has been read
run_block()
{
    run=$scratch/$number.run block=$scratch/$number.text
    mkdir "$run"
    ln -s . "$run/build" # README is in the project's folder
    for file in "$programs"/demo_* "$programs"/bench_mechanisms \
        "$project"/docs/first/*.c "$project"/docs/answers/*.c; do
        [ ! -e "$file" ] || ln -s "$file" "$run"
    done
    [ "$change" = - ] || apply || return 0
    status=0
    # shellcheck disable=SC2086 # nothing, or a command
    (cd "$run" && $limit sh "$tools/session.sh" "$language" \
        "$scratch/$number.session") </dev/null >"$block.all" 2>&1 || status=$?
    [ $status -eq 99 ] || wrong "$page" "$line" "the shell did not come to the end"
    while read -r text; do
        wrong "$page" "$line" "$text"
    done <"$scratch/$number.session.wrong"
    [ "$language" = console ] || return 0
    awk -v mode="$mode" -f "$tools/fits.awk" -f "$tools/compare.awk" \
        "$block" "$block.all" && return
    wrong "$page" "$line" "the program printed something else" \
        "$(diff -U 3 "$block.page" "$block.printed" | sed 1,3d)"
}

# What a picture says around the chart: its title, its lanes, what it measures, and its legend,
# without what differs from run to run.
words_of()
{
    awk '
        match($0, /<text class=.(big|said|soft|lane|end|key)/) {
            kind = substr($0, RSTART + 13, RLENGTH - 13)
            gsub(/<[^>]*>/, "")
            # which calls have waited long enough to be seen is chance
            sub(/^waits: .*/, "waits")
            if (kind !~ /lane|end/) {
                gsub(/[0-9]+(\.[0-9]+)?/, "N")
                gsub(/N (s|ms|µs|ns)/, "N s")
            }
            for (i = split($0, part, ", "); i > 0; i--) # in any order
                print kind ": " part[i]
        }
    ' "$1" 2>/dev/null | sort -u
}

# In each picture; but not what may not happen in each run, and so is not in each legend, nor the
# kind of axis, which depends on how busy the machine is. A picture is drawn some times if that
# makes the difference.
check_pictures()
{
    find docs/pictures "$scratch/pictures" -type f | sed 's|.*/||' | sort -u >"$scratch/drawings"
    while read -r name; do
        # its program may not have been built
        [ "$name" != cost.svg ] || [ -e "$programs/bench_mechanisms" ] || continue
        words_of "docs/pictures/$name" >"$scratch/then"
        for _ in 1 2 3 4 5; do
            words_of "$scratch/pictures/$name" >"$scratch/now"
            difference=$(diff -U 0 "$scratch/then" "$scratch/now" | sed 1,2d | grep '^[-+]' |
                grep -v -e '^-key' -e '^[-+]soft: Each step') || continue 2
            sh docs/render.sh "$programs" "$scratch/pictures" "${name%.svg}" >/dev/null 2>&1 || break
        done
        wrong "docs/pictures/$name" 1 "docs/render.sh draws something else" "$difference"
    done <"$scratch/drawings"
}

for file in mistakes not_run sessions drawings; do
    : >"$scratch/$file"
done
# What the programs and the sources have: the help of each program, a line "PROGRAM --option" for
# each option, and all names. (No file has a blank in its name; those of an installation beside them
# are not the project's.)
mkdir "$scratch/help"
for program in "$programs"/demo_* "$programs"/bench_mechanisms; do
    [ -f "$program" ] || continue
    name=${program##*/}
    "$program" --help </dev/null >"$scratch/help/$name --help"
    sed -n "s/^ *\(--[a-z-]*\).*/$name \1/p" "$scratch/help/$name --help"
done >"$scratch/options"
find ./*.md LICENSE CMakeLists.txt .ci .devcontainer .github common demos docs tests \
    2>/dev/null | sed 's|^\./||' | sort >"$scratch/files"
grep -v -e '\.svg$' -e docs_selftest.sh -e LICENSE "$scratch/files" | while read -r file; do
    [ ! -f "$file" ] || echo "$file"
done >"$scratch/texts"
grep -v '\.md$' "$scratch/texts" >"$scratch/sources"
xargs cat <"$scratch/sources" | tr -cs 'A-Za-z0-9_' '\n' | sort -u >"$scratch/names"
printf '%s\n' "$@" | grep . >"$scratch/pages" ||
    grep '\.md$' "$scratch/texts" >"$scratch/pages"
# shellcheck disable=SC2046 # a list
LC_ALL=C awk -v out="$scratch" -f "$tools/fits.awk" -f "$tools/page.awk" \
    of=options "$scratch/options" of=names "$scratch/names" of=files \
    "$scratch/files" of=pages $(cat "$scratch/pages")
if [ $# -gt 0 ]; then
    : >"$scratch/sources" # whose comments count if all pages are checked
else
    # into the scratch folder, while the lanes run
    mkdir "$scratch/pictures"
    sh docs/render.sh "$programs" "$scratch/pictures" >/dev/null &
    lanes=$!
fi
{
    (cd "$scratch/help" && find_words ./*)
    # shellcheck disable=SC2046 # a list
    find_words $(grep -hvx tests/docs.sh "$scratch/pages" "$scratch/sources")
    xargs sh docs/sentences.sh <"$scratch/pages" |
        sed -n 's|.* \(.*\): too long|\1:1: too long sentences: see docs/sentences.sh|p'
} >>"$mistakes"

if [ "$(uname -s)" != Linux ] && [ -s "$scratch/sessions" ]; then
    # other systems have other messages, and other queues
    echo "all pages:1: no commands: they show what Linux prints" >>"$scratch/not_run"
    : >"$scratch/sessions"
fi
cut -d ' ' -f 1 "$scratch/sessions" | sort -u >"$scratch/lanes"
while read -r lane; do
    mistakes=$scratch/mistakes.$(echo "$lane" | tr / .)
    grep "^$lane " "$scratch/sessions" |
        while read -r _ page line number language change change_line source mode; do
            run_block
        done &
    lanes="$lanes $!"
done <"$scratch/lanes"
mistakes=$scratch/mistakes
await_lanes
[ $failures -eq 0 ] || wrong tests/docs.sh 1 "it failed, see above"
[ $# -gt 0 ] || check_pictures

if [ -s "$scratch/not_run" ]; then
    echo "Not run:"
    sed 's/^/  /' "$scratch/not_run"
fi
cat "$scratch"/mistakes* | tee "$scratch/all"
cd "$scratch"
wc -l pages sessions drawings | sed '$d'
[ ! -s all ]
