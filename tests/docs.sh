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
lanes='' lane_ids='' limit=''
! command -v timeout >/dev/null || limit='timeout 60' # no session takes longer
blocks=0 commands=0 quotes=0 links=0 names=0 pictures=0

# Nothing stays, and nothing goes on: what is running now is ended, too.
clean_up()
{
    for file in "$scratch"/*/*.running; do
        [ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
    done
    rm -rf "$scratch"
}

trap clean_up EXIT
trap 'trap "" HUP INT TERM
    # shellcheck disable=SC2086 # a list
    [ -z "$lane_ids" ] || kill $lane_ids 2>/dev/null || true
    exit 1' HUP INT TERM

# wrong PAGE LINE TEXT
wrong()
{
    printf '%s:%s: %s\n' "$1" "$2" "$3" >>"$mistakes"
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

# The project's pages, and not those of an installation beside them.
find_pages()
{
    for place in *.md .github common demos docs tests; do
        [ ! -e "$place" ] || find "$place" -name '*.md'
    done | sort
}

# What each program has: a line "PROGRAM --option" for each option.
list_options()
{
    for program in "$programs"/demo_* "$programs"/bench_mechanisms; do
        [ ! -x "$program" ] || [ -d "$program" ] ||
            "$program" --help </dev/null |
            awk -v name="${program##*/}" '/^ +--/ {
                sub(/[=,].*/, "", $1)
                print name, $1
            }'
    done >"$scratch/options"
}

# All names in the sources and scripts, one a line.
list_words()
{
    for place in CMakeLists.txt .ci common demos docs/answers docs/first \
        tests; do
        [ ! -e "$place" ] || find "$place" -type f ! -name '*.md' \
            ! -name docs_selftest.sh # which has false names
    done | while read -r file; do
        tr -cs 'A-Za-z0-9_' '\n' <"$file"
    done | sort -u >"$scratch/words"
}

# take_apart PAGE FOLDER
take_apart()
{
    mkdir -p "$2"
    awk -v out="$2" -f "$tools/split.awk" "$1"
    while read -r line text; do
        wrong "$1" "$line" "$text"
    done <"$2/wrong"
}

# plain_path PATH: without "." and ".."; nothing if it leaves the project
plain_path()
{
    printf '%s\n' "$1" | awk -F / '{
        for (i = 1; i <= NF; i++)
            if ($i == ".." && depth-- == 0)
                exit
            else if ($i != ".." && $i != "." && $i != "")
                part[++depth] = $i
        path = "."
        for (i = 1; i <= depth; i++)
            path = path "/" part[i]
        print path
    }'
}

# has_anchor PAGE ANCHOR
has_anchor()
{
    mkdir -p "$scratch/linked"
    awk -v out="$scratch/linked" -f "$tools/split.awk" "$1"
    awk -f "$tools/anchors.awk" "$scratch/linked/prose" | grep -qxFe "$2"
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
    '#'*) target=./$1 ;;
    *)
        target=${3%%#*}
        target=$(plain_path "$(dirname -- "$1")/$target")
        ;;
    esac
    if [ -z "$target" ] || [ ! -e "$target" ]; then
        wrong "$1" "$2" "the link leads nowhere: $3"
        return
    fi
    case $target in
    ./docs/pictures/*) echo "$1 $2 $target" >>"$scratch/shown" ;;
    ./docs/sketches/*) ;; # drawn by hand
    *.svg | *.png | *.jpg | *.gif)
        wrong "$1" "$2" \
            "the picture is in neither docs/pictures nor docs/sketches: $3"
        ;;
    esac
    case $3 in
    *'#'*)
        has_anchor "$target" "${3#*#}" ||
            wrong "$1" "$2" "the page has no heading for this anchor: $3"
        ;;
    esac
}

# check_names PAGE FOLDER <CODE: the options and files that a page names
check_names()
{
    case $1 in
    docs/demos/* | docs/answers/*) owner=$(basename -- "$1" .md) owner=demo_$owner ;;
    *) owner= ;;
    esac
    foreign=$(sed -n 's/^ *<!-- not ours: \(.*\) -->$/\1/p' "$2/prose")
    example=$(sed -n 's/^ *<!-- only an example: \(.*\) -->$/\1/p' "$2/prose")
    awk -v owner="$owner" -v example="$example" -f "$tools/code.awk" \
        "$scratch/options" - >"$scratch/names"
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

# commands_of FOLDER NUMBER LINE LANGUAGE: those of a block, as links.awk shows
# code
commands_of()
{
    awk -v line="$3" -v language="$4" '
        language == "sh" || sub(/^\$ /, "") { print line + NR, "code", $0 }
    ' "$1/$2.text"
}

# check_width PAGE PROSE: that a terminal of 120 columns has room for each line,
# unless that is a picture or has an address, and a phone for each table's cell
check_width()
{
    LC_ALL=C awk '
        { gsub(/[\200-\277]/, "") } # all but first bytes of characters
        length($0) > 120 && !/<img |https?:|^!\[/ {
            print NR, "this line has " length($0) " columns, and not up to 120"
        }
        /^ *\|/ && !/<img / {
            gsub(/\]\([^)]*\)/, "")
            gsub(/[][`*]/, "")
            count = split($0, cell, / \| |^\| | \|$/)
            for (i = 1; i <= count; i++)
                if (length(cell[i]) > 72)
                    print NR, "this cell has " length(cell[i]) \
                        " characters, and not up to 72"
        }
    ' "$2" >"$scratch/wide"
    while read -r line text; do
        wrong "$1" "$line" "$text"
    done <"$scratch/wide"
}

# check_prose PAGE FOLDER
check_prose()
{
    awk -f "$tools/links.awk" "$2/prose" >"$2/found"
    while read -r line kind target; do
        [ "$kind" = code ] || check_link "$1" "$line" "$target"
    done <"$2/found"
    grep ' code ' "$2/found" >"$2/code" || true
    while read -r number line language note; do
        case $note in
        'not run: '*) commands_of "$2" "$number" "$line" "$language" ;;
        esac
    done <"$2/blocks" >>"$2/code"
    check_names "$1" "$2" <"$2/code"
    check_words "$1" "$2/prose"
    check_sentences "$1"
    check_width "$1" "$2/prose"
}

# check_words PAGE TEXT: whether it has words that are to be avoided
check_words()
{
    awk -f "$tools/words.awk" "$2" >"$scratch/avoided"
    while read -r line text; do
        wrong "$1" "$line" "$text"
    done <"$scratch/avoided"
}

# What the programs say of themselves, too.
check_help()
{
    for program in "$programs"/demo_* "$programs"/bench_mechanisms; do
        if [ -x "$program" ] && [ ! -d "$program" ]; then
            "$program" --help </dev/null >"$scratch/help"
            check_words "${program##*/} --help" "$scratch/help"
        fi
    done
}

# Comments, and what scripts and programs say; the names in them do not count.
check_sources()
{
    for place in CMakeLists.txt .ci common demos docs tests; do
        [ ! -e "$place" ] || find "$place" -type f ! -name '*.md' \
            ! -name '*.svg' ! -name words.awk ! -name docs_selftest.sh
    done | sort >"$scratch/sources"
    while read -r file; do
        sed 's/[A-Za-z0-9]*_[A-Za-z0-9_]*/NAME/g' "$file" >"$scratch/source"
        check_words "$file" "$scratch/source"
    done <"$scratch/sources"
}

# check_sentences PAGE: whether they are short
check_sentences()
{
    sh docs/sentences.sh "$1" >"$scratch/lengths" && return
    wrong "$1" 1 "its sentences are too long; LONG=28 sh docs/sentences.sh $1 \
shows them"
    details <"$scratch/lengths"
}

# check_quote PAGE FOLDER NUMBER LINE SOURCE
check_quote()
{
    quotes=$((quotes + 1))
    if [ ! -f "$5" ]; then
        wrong "$1" "$4" "it quotes a file that is not there: $5"
        return
    fi
    awk -f "$tools/quote.awk" "$2/$3.text" "$5" >"$2/answer"
    [ -s "$2/answer" ] || return 0
    {
        read -r line text
        wrong "$1" $(($4 + line)) "not in $5: $text"
        details
    } <"$2/answer"
}

# plan PAGE FOLDER NUMBER LINE LANGUAGE MODE: the block is run later, in a lane:
# blocks of a page one after the other, and so those that want the same port or
# the same build folder.
plan()
{
    blocks=$((blocks + 1))
    awk -v language="$5" -f "$tools/session.awk" "$2/$3.text" >"$2/$3.session"
    count=$(grep -c '^mark [0-9]' "$2/$3.session") || true
    commands=$((commands + count))
    lane=${2##*/}
    if [ -n "$change" ]; then
        lane=changes
    elif grep 'demo_socket' "$2/$3.session" | grep -qv 'port=0'; then
        lane=port
    fi
    case " $lanes " in
    *" $lane "*) ;;
    *) lanes="$lanes $lane" ;;
    esac
    printf '%s\n' "$1|$2|$3|$4|$5|$6|$change" >>"$scratch/lane.$lane"
    change=
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
            changed_at=$line
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
    [ -z "$change" ] ||
        wrong "$1" "$changed_at" "no console block after this runs the change"
}

# setting NAME: of the build
setting()
{
    sed -n "s/^$1:[^=]*=//p" "$build/CMakeCache.txt"
}

# copy_project: what is to be changed
copy_project()
{
    mkdir "$copy"
    for file in *; do
        case $file in
        build*) ;;
        *) cp -R "$file" "$copy" ;;
        esac
    done
}

# configure_copy: with the settings of the build; what the system has need not
# be found out again
configure_copy()
{
    # shellcheck disable=SC2046 # a list
    cmake -G "$(setting CMAKE_GENERATOR)" -S "$copy" -B "$copy/build" \
        -DBUILD_TESTING=OFF $(sed -n \
            's/^\(HAVE_[A-Z_]*\):INTERNAL=\(.*\)/-D\1=\2/p' \
            "$build/CMakeCache.txt") \
        -DCMAKE_BUILD_TYPE="$(setting CMAKE_BUILD_TYPE)" \
        -DCMAKE_C_COMPILER="$(setting CMAKE_C_COMPILER)" \
        -DCMAKE_C_FLAGS="$(setting CMAKE_C_FLAGS)"
}

# build_copy DEMO
build_copy()
{
    [ -e "$copy/build" ] || configure_copy || return
    cmake --build "$copy/build" --target "$1"
}

# apply PAGE FOLDER NUMBER LINE FILE RUN: builds the demo with the change, and
# puts it into RUN in the program's place
apply()
{
    demo=$(basename -- "$5" .c)
    copy=$scratch/copy
    [ -e "$copy" ] || copy_project
    cp "$5" "$copy/$5" # without the change before
    if [ "$(grep -c -e '^--- ' -e '^+++ ' "$2/$3.text")" -ne 2 ] ||
        ! grep -qxFe "--- a/$5" "$2/$3.text" ||
        ! grep -qxFe "+++ b/$5" "$2/$3.text"; then
        wrong "$1" "$4" "this is no change from a/$5 to b/$5"
    elif ! command -v patch >/dev/null; then
        not_run "$1" "$4" "there is no patch"
    elif ! (cd "$copy" && patch -p1 -i "$2/$3.text") >"$scratch/said" 2>&1 ||
        grep -q 'with fuzz' "$scratch/said"; then
        wrong "$1" "$4" "the change does not fit to $5"
        details <"$scratch/said"
    elif ! build_copy "$demo" >"$scratch/said" 2>&1; then
        wrong "$1" "$4" "with the change $demo cannot be built"
        details <"$scratch/said"
    else
        rm "$6/$demo"
        cp "$copy/build/$demo" "$6"
        return 0
    fi
    return 1
}

# run_session FOLDER NUMBER RUN: the commands of a block, in the folder RUN
run_session()
(
    cd "$3"
    # shellcheck disable=SC2086 # nothing, or a command
    $limit sh "$tools/session.sh" "$1/$2.session" </dev/null \
        >"$1/$2.printed" 2>&1 || true
    rm -f "$1/$2.session.running"
)

# run_block PAGE FOLDER NUMBER LINE LANGUAGE MODE [CHANGE]
run_block()
{
    run=$2/run.$3
    mkdir "$run"
    for program in "$programs"/demo_* "$programs"/bench_mechanisms; do
        [ ! -x "$program" ] || ln -s "$program" "$run"
    done
    for source in "$project"/docs/first/*.c "$project"/docs/answers/*.c; do
        [ ! -e "$source" ] || ln -s "$source" "$run"
    done
    if [ -n "$7" ]; then
        # shellcheck disable=SC2086 # "NUMBER LINE FILE"
        apply "$1" "$2" $7 "$run" || return 0
    fi
    run_session "$2" "$3" "$run"
    mkdir "$2/compare.$3"
    cd "$2/compare.$3"
    awk -v language="$5" -v mode="$6" -f "$tools/compare.awk" \
        "$2/$3.text" "$2/$3.printed" >answer
    while read -r line text; do
        wrong "$1" $(($4 + line)) "$text"
        [ ! -e "$line.page" ] ||
            diff -U 3 "$line.page" "$line.printed" | sed 's/\t.*//' | details
    done <answer
    cd "$project"
}

# run_lane LANE
run_lane()
{
    mistakes=$scratch/mistakes.$1
    while IFS='|' read -r page folder number line language mode change; do
        run_block "$page" "$folder" "$number" "$line" "$language" "$mode" \
            "$change"
    done <"$scratch/lane.$1"
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

# is_drawn PICTURE: or would be, if its program had been built
is_drawn()
{
    [ -e "$scratch/pictures/${1##*/}" ] ||
        { [ "${1##*/}" = cost.svg ] && [ ! -e "$programs/bench_mechanisms" ]; }
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
            continue
        fi
        looks_alike "$name" "$picture" && continue
        wrong "$name" 1 "it is old: sh docs/render.sh draws it again"
        diff -U 0 "$scratch/then" "$scratch/now" | sed 1,2d | details
    done
    for picture in docs/pictures/*; do
        is_drawn "$picture" ||
            wrong "$picture" 1 "docs/render.sh does not draw it"
    done
    [ -e "$scratch/shown" ] || return 0
    while read -r page line picture; do
        is_drawn "$picture" ||
            wrong "$page" "$line" "docs/render.sh does not draw $picture"
    done <"$scratch/shown"
}

# Prints all that was found.
summary()
{
    if [ -s "$scratch/not_run" ]; then
        echo "Not run:"
        sed 's/^/  /' "$scratch/not_run"
    fi
    cat "$scratch"/mistakes* >"$scratch/all"
    cat "$scratch/all"
    count=$(grep -c '^[^ ]' "$scratch/all") || true
    echo "docs: $page_count pages, $commands commands in $blocks blocks," \
        "$quotes quotes, $links links, $names names, $pictures pictures:" \
        "$count mistakes"
    [ "$count" -eq 0 ]
}

: >"$mistakes"
list_options
list_words
if [ $# -eq 0 ]; then
    all=yes
    find_pages >"$scratch/pages"
    check_help
    check_sources
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
    commands=0 blocks=0 lanes=
fi
for lane in $lanes; do
    run_lane "$lane" &
    lane_ids="$lane_ids $!"
done
for id in $lane_ids; do
    wait "$id" || wrong tests/docs.sh 1 "it failed, see above"
done
[ -z "$all" ] || check_pictures
summary
