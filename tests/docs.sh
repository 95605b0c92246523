#!/bin/sh
# SPDX-License-Identifier: MIT
# docs.sh - whether README and docs still tell the truth
#
# Usage: sh tests/docs.sh [BUILD_FOLDER [PAGE...]]
#
# Runs the commands that the pages show and compares what they print, looks up
# each quote in the source, each link, each option that is named, each word that
# is to be avoided, and draws the pictures again. docs/WRITING.md has the rules
# for those who write pages. With PAGEs only these, and no pictures.
# DEMOS=FOLDER takes the programs from there.
#
# Each mistake is a line "PAGE:LINE: what is wrong". Exit status: 0 if there is
# none.
set -eu

programs=${DEMOS:+$(CDPATH='' cd -- "$DEMOS" && pwd -P)}
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
tools=$project/tests/docs
programs=${programs:-$build}
cd "$project"
[ $# -eq 0 ] || shift

mistakes=$scratch/mistakes # of the lane that writes there
lane_ids='' limit=''
! command -v timeout >/dev/null || limit='timeout 60' # no session takes longer
blocks=0 quotes=0 links=0 names=0 pictures=0

trap 'trap "" HUP INT TERM
    # shellcheck disable=SC2086 # a list
    [ -z "$lane_ids" ] || kill $lane_ids 2>/dev/null || true
    exit 1' HUP INT TERM

# wrong PAGE LINE TEXT
wrong()
{
    printf '%s:%s: %s\n' "$1" "$2" "$3" >>"$mistakes"
}

# all_wrong PAGE <LINES: each is LINE TEXT
all_wrong()
{
    sed "s|^\([0-9]*\) |$1:\1: |" >>"$mistakes"
}

# details <TEXT: what belongs to the mistake before
details()
{
    sed -e 's/^/    /' -e '40q' >>"$mistakes"
}

# not_run PAGE LINE WHY
not_run()
{
    printf '%s:%s: %s\n' "$1" "$2" "$3" >>"$scratch/not_run"
}

# find_files OPTION-OF-FIND...: the project's own, and not those of an
# installation beside them
find_files()
{
    for place in *.md CMakeLists.txt .ci .github common demos docs tests; do
        [ ! -e "$place" ] || find "$place" -type f "$@"
    done | sort
}

# What programs say of themselves: their options, a line "PROGRAM --option" for
# each, and words that are to be avoided.
read_help()
{
    for program in "$programs"/demo_* "$programs"/bench_mechanisms; do
        [ -f "$program" ] || continue
        "$program" --help </dev/null >"$scratch/help"
        awk -v name="${program##*/}" '/^ +--/ {
            sub(/[=,].*/, "", $1)
            print name, $1
        }' "$scratch/help" >>"$scratch/options"
        check_words "$scratch/help" "${program##*/} --help"
    done
}

# check_words FILE PAGE: whether it has words that are to be avoided
check_words()
{
    awk -f "$tools/words.awk" "$1" | sed "s|^$1|$2|" >>"$mistakes"
}

# take_apart PAGE FOLDER
take_apart()
{
    mkdir -p "$2"
    awk -v out="$2" -f "$tools/split.awk" "$1"
}

# check_link PAGE LINE TARGET
check_link()
{
    links=$((links + 1))
    case $3 in
    http://?*.?* | https://?*.?* | mailto:?*@?*) return ;; # not asked for
    *://* | mailto:* | /* | '')
        wrong "$1" "$2" "this is no link to a file or a page: '$3'"
        return
        ;;
    '#'*) target=$project/$1 ;;
    *)
        target=$(cd "$(dirname -- "$1")/$(dirname -- "${3%%#*}")" 2>/dev/null &&
            pwd -P)/$(basename -- "${3%%#*}")
        ;;
    esac
    case $target in
    "$project"/* | "$project") ;;
    *) target= ;;
    esac
    if [ ! -e "$target" ]; then
        wrong "$1" "$2" "the link leads nowhere: $3"
        return
    fi
    case $target in
    */docs/pictures/*) echo "$1 $2 $target" >>"$scratch/shown" ;;
    */docs/sketches/*) ;; # drawn by hand
    *.svg | *.png | *.jpg | *.gif)
        wrong "$1" "$2" \
            "the picture is in neither docs/pictures nor docs/sketches: $3"
        ;;
    esac
    case $3 in
    *'#'*)
        take_apart "$target" "$scratch/linked"
        awk -f "$tools/anchors.awk" "$scratch/linked/prose" |
            grep -qxFe "${3#*#}" ||
            wrong "$1" "$2" "the page has no heading for this anchor: $3"
        ;;
    esac
}

# comment FOLDER NAME: what a comment <!-- NAME: TEXT --> on the page says
comment()
{
    sed -n "s/^<!-- $2: \(.*\) -->\$/\1/p" "$1/prose"
}

# check_names PAGE FOLDER: the options, files and names that it names as code
check_names()
{
    case $1 in
    docs/demos/* | docs/answers/*) owner=demo_$(basename -- "$1" .md) ;;
    *) owner= ;;
    esac
    foreign=$(comment "$2" 'not ours')
    awk -v owner="$owner" -v example="$(comment "$2" 'only an example')" \
        -f "$tools/code.awk" "$scratch/options" "$2/code" >"$scratch/names"
    while read -r line kind name; do
        names=$((names + 1))
        case $kind in
        unknown) wrong "$1" "$line" "there is no such option: $name" ;;
        path) [ -e "$name" ] ||
            wrong "$1" "$line" "there is no such file: $name" ;;
        name)
            case " $foreign " in
            *" $name "*) continue ;;
            esac
            grep -qxFe "$name" "$scratch/words" ||
                wrong "$1" "$line" "no source has this name: $name"
            ;;
        esac
    done <"$scratch/names"
}

# check_prose PAGE FOLDER
check_prose()
{
    all_wrong "$1" <"$2/wrong"
    awk -f "$tools/links.awk" "$2/prose" >"$2/found"
    while read -r line kind target; do
        [ "$kind" = code ] || check_link "$1" "$line" "$target"
    done <"$2/found"
    grep ' code ' "$2/found" >"$2/code" || true
    while read -r number line _ note; do
        case $note in
        'not run: '*) # its commands
            awk -v line="$line" '/^mark / { at = line + $2; next }
                { print at, "code", $0 }' "$2/$number.session"
            ;;
        esac
    done <"$2/blocks" >>"$2/code"
    check_names "$1" "$2"
    check_words "$2/prose" "$1"
    LC_ALL=C awk -f "$tools/width.awk" "$2/prose" | all_wrong "$1"
    sh docs/sentences.sh "$1" >"$scratch/lengths" || {
        wrong "$1" 1 "its sentences are too long; LONG=28 sh docs/sentences.sh \
$1 shows them"
        details <"$scratch/lengths"
    }
}

# plan PAGE FOLDER NUMBER LINE LANGUAGE MODE: the block is run later. In a lane
# are those of a page, of the same port, or of the same build folder.
plan()
{
    blocks=$((blocks + 1))
    lane=${2##*/}
    if [ -n "$change" ]; then
        lane=changes
    elif grep 'demo_socket' "$2/$3.session" | grep -qv 'port=0'; then
        lane=port
    fi
    printf '%s\n' "$1|$2|$3|$4|$5|$6|$change" >>"$scratch/lane.$lane"
    change=
}

# check_quote PAGE FOLDER NUMBER LINE SOURCE
check_quote()
{
    quotes=$((quotes + 1))
    if [ ! -f "$5" ]; then
        wrong "$1" "$4" "it quotes a file that is not there: $5"
        return
    fi
    awk -f "$tools/quote.awk" "$2/$3.text" "$5" >"$scratch/answer"
    while read -r line text; do
        wrong "$1" $(($4 + line)) "not in $5: $text"
    done <"$scratch/answer"
}

# check_blocks PAGE FOLDER
check_blocks()
{
    change= # the block before, if it is to be applied: "NUMBER LINE FILE"
    while read -r number line language note; do
        case $language:$note in
        *:'from '?*)
            check_quote "$1" "$2" "$number" "$line" "${note#from }"
            ;;
        c:'not from the source: '?*) ;;
        c:*)
            wrong "$1" "$line" "C wants <!-- from FILE --> before it, or \
<!-- not from the source: REASON -->"
            ;;
        diff:'change to demos/demo_'*.c)
            change="$number $line ${note#change to }"
            ;;
        diff:*)
            wrong "$1" "$line" "a diff wants <!-- change to demos/demo_X.c -->"
            ;;
        console:'not run: '?* | sh:'not run: '?*)
            not_run "$1" "$line" "${note#not run: }"
            ;;
        console: | sh:) plan "$1" "$2" "$number" "$line" "$language" same ;;
        console:'order varies' | console:'numbers vary' | \
            console:'order and numbers vary' | console:'output varies')
            plan "$1" "$2" "$number" "$line" "$language" "$note"
            ;;
        console:* | sh:*)
            wrong "$1" "$line" "docs/WRITING.md has no such comment, or it \
lacks its reason: <!-- $note -->"
            ;;
        text:*)
            ! grep -q '^\$ ' "$2/$number.text" ||
                wrong "$1" "$line" "a session belongs into a console block"
            ;;
        *) wrong "$1" "$line" "docs/WRITING.md has no blocks of '$language'" ;;
        esac
    done <"$2/blocks"
    [ -z "$change" ] || wrong "$1" "$(echo "$change" | cut -d ' ' -f 2)" \
        "no console block after this runs the change"
}

# configure COPY: with the settings of the build; what the system has need not
# be found out again
configure()
{
    sed -n -e 's/^\(HAVE_[A-Z_]*\):INTERNAL=\(.*\)/-D\1=\2/p' \
        -e 's/^\(CMAKE_\(BUILD_TYPE\|C_COMPILER\|C_FLAGS\)\):[^=]*=\(.*\)/-D\1=\3/p' \
        -e 's/^CMAKE_GENERATOR:[^=]*=/-G/p' "$build/CMakeCache.txt" |
        tr '\n' '\0' | xargs -0 cmake -S "$1" -B "$1/build" -DBUILD_TESTING=OFF
}

# apply PAGE FOLDER NUMBER LINE FILE RUN: builds the demo with the change, and
# puts it into RUN in the program's place
apply()
{
    demo=$(basename -- "$5" .c)
    copy=$scratch/copy
    if [ ! -e "$copy" ]; then
        mkdir "$copy"
        find . ! -name . -prune ! -name '.*' ! -name 'build*' \
            -exec cp -R {} "$copy" \;
        configure "$copy" >"$scratch/said" 2>&1 || true
    fi
    cp "$5" "$copy/$5" # without the change before
    if ! command -v patch >/dev/null; then
        not_run "$1" "$4" "there is no patch"
    elif ! grep -qxFe "--- a/$5" "$2/$3.text" ||
        ! (cd "$copy" && patch -p1 -i "$2/$3.text") >"$scratch/said" 2>&1 ||
        grep -q 'with fuzz' "$scratch/said"; then
        wrong "$1" "$4" "the change does not fit to $5"
        details <"$scratch/said"
    elif ! cmake --build "$copy/build" --target "$demo" >"$scratch/said" 2>&1; then
        wrong "$1" "$4" "with the change $demo cannot be built"
        details <"$scratch/said"
    else
        rm "$6/$demo"
        cp "$copy/build/$demo" "$6"
        return 0
    fi
    return 1
}

# run_block PAGE FOLDER NUMBER LINE LANGUAGE MODE [CHANGE]
run_block()
{
    run=$2/run.$3
    mkdir "$run"
    for file in "$programs"/demo_* "$programs"/bench_mechanisms \
        "$project"/docs/first/*.c "$project"/docs/answers/*.c; do
        [ ! -e "$file" ] || ln -s "$file" "$run"
    done
    if [ -n "$7" ]; then
        # shellcheck disable=SC2086 # "NUMBER LINE FILE"
        apply "$1" "$2" $7 "$run" || return 0
    fi
    # shellcheck disable=SC2086 # nothing, or a command
    (cd "$run" && $limit sh "$tools/session.sh" "$2/$3.session" </dev/null \
        >"$2/$3.printed" 2>&1) || true
    mkdir "$2/compare.$3"
    cd "$2/compare.$3"
    awk -v language="$5" -v mode="$6" -f "$tools/compare.awk" \
        "$2/$3.text" "$2/$3.printed" >answer
    while read -r line text; do
        wrong "$1" $(($4 + line)) "$text"
        [ -e "$line.page" ] || continue
        case $6 in
        *order* | *output*)
            for file in "$line.page" "$line.printed"; do
                LC_ALL=C sort -o "$file" "$file"
            done
            ;;
        esac
        diff -U 3 "$line.page" "$line.printed" | sed 1,3d | details
    done <answer
    cd "$project"
}

# run_lane FILE
run_lane()
{
    mistakes=$scratch/mistakes.${1##*.}
    while IFS='|' read -r page folder number line language mode change; do
        run_block "$page" "$folder" "$number" "$line" "$language" "$mode" \
            "$change"
    done <"$1"
}

# What a picture says around the chart: its title, its lanes, what it measures,
# and its legend, without what differs from run to run.
words_of()
{
    awk '
        NR == 1 && match($0, /<title>[^<]*/) {
            print "title: " substr($0, RSTART + 7, RLENGTH - 7)
        }
        !/<text class=.(big|said|soft|lane|end|key)/ { next }
        {
            waits = /<path class=.bar waiting/
            kind = "legend"
            if (/class=.(lane|end)/)
                kind = "lane"
            if (/class=.(big|said|soft)/)
                kind = "head"
            gsub(/<[^>]*>/, "")
            sub(/^waits: /, "")
            if (kind != "lane") {
                gsub(/[0-9]+(\.[0-9]+)?/, "N")
                gsub(/N (s|ms|µs|ns)/, "N s")
            }
            count = split($0, part, ", ") # of a legend, in any order
            for (i = 1; i <= count; i++)
                # which calls have waited long enough to be seen is chance
                if (!(waits && part[i] ~ /^[a-z_]+$/))
                    print kind ": " part[i]
        }
    ' "$1" | sort -u
}

# looks_alike OLD NEW: but for what may not happen in each run, and so is not in
# each legend; it is drawn some times if that makes the difference
looks_alike()
{
    words_of "$1" >"$scratch/then"
    for _ in 1 2 3 4 5; do
        words_of "$2" >"$scratch/now"
        diff -U 0 "$scratch/then" "$scratch/now" | sed 1,2d | grep '^[-+]' |
            grep -qv '^-legend' || return 0
        sh docs/render.sh "$programs" "$scratch/pictures" \
            "$(basename -- "$2" .svg)" >"$scratch/drawn" 2>&1 || return 1
    done
    return 1
}

# draw_pictures: into the scratch folder, while the lanes run
draw_pictures()
{
    sh docs/render.sh "$programs" "$scratch/pictures" \
        >"$scratch/drawn" 2>&1 || echo $? >"$scratch/drawing_failed"
}

# check_drawn PAGE LINE PICTURE: it is, or would be, if its program was built
check_drawn()
{
    [ -e "$scratch/pictures/${3##*/}" ] ||
        { [ "${3##*/}" = cost.svg ] && [ ! -e "$programs/bench_mechanisms" ]; } ||
        wrong "$1" "$2" "docs/render.sh does not draw ${3#"$project"/}"
}

check_pictures()
{
    if [ -e "$scratch/drawing_failed" ]; then
        wrong docs/render.sh 1 "it failed"
        details <"$scratch/drawn"
        return
    fi
    for picture in "$scratch"/pictures/*; do
        name=docs/pictures/${picture##*/}
        pictures=$((pictures + 1))
        if [ ! -e "$name" ]; then
            wrong "$name" 1 "docs/render.sh draws it, and it is not there"
        elif ! looks_alike "$name" "$picture"; then
            wrong "$name" 1 "it is old: sh docs/render.sh draws it again"
            diff -U 0 "$scratch/then" "$scratch/now" | sed 1,2d | details
        fi
    done
    for picture in docs/pictures/*; do
        check_drawn "$picture" 1 "$picture"
    done
    [ ! -e "$scratch/shown" ] || while read -r page line picture; do
        check_drawn "$page" "$line" "$picture"
    done <"$scratch/shown"
}

: >"$mistakes"
read_help
# All names in the sources and scripts, one a line. (The test of this test has
# false ones.)
find_files ! -name '*.md' ! -name '*.svg' ! -name docs_selftest.sh \
    >"$scratch/sources"
tr '\n' '\0' <"$scratch/sources" | xargs -0 cat |
    tr -cs 'A-Za-z0-9_' '\n' | sort -u >"$scratch/words"
if [ $# -eq 0 ]; then
    all=yes
    find_files -name '*.md' >"$scratch/pages"
    # comments, and what scripts and programs say
    grep -v words.awk "$scratch/sources" | tr '\n' '\0' | xargs -0 \
        awk -f "$tools/words.awk" >>"$mistakes"
    draw_pictures &
    lane_ids=$!
else
    all=
    printf '%s\n' "$@" >"$scratch/pages"
fi

page_count=0
while read -r page; do
    page_count=$((page_count + 1))
    folder=$scratch/page$page_count
    take_apart "$page" "$folder"
    check_prose "$page" "$folder"
    check_blocks "$page" "$folder"
done <"$scratch/pages"

if [ "$(uname -s)" != Linux ] && [ $blocks -gt 0 ]; then
    # other systems have other messages, and other queues
    not_run "all pages" 1 "$blocks blocks: they show what Linux prints"
    blocks=0
    rm "$scratch"/lane.*
fi
for lane in "$scratch"/lane.*; do
    [ -e "$lane" ] || continue
    run_lane "$lane" &
    lane_ids="$lane_ids $!"
done
for id in $lane_ids; do
    wait "$id" || wrong tests/docs.sh 1 "it failed, see above"
done
[ -z "$all" ] || check_pictures

if [ -s "$scratch/not_run" ]; then
    echo "Not run:"
    sed 's/^/  /' "$scratch/not_run"
fi
cat "$scratch"/mistakes* >"$scratch/all"
cat "$scratch/all"
count=$(grep -c '^[^ ]' "$scratch/all") || true
echo "docs: $page_count pages, $blocks blocks with commands," \
    "$quotes quotes, $links links, $names names, $pictures pictures:" \
    "$count mistakes"
[ "$count" -eq 0 ]
