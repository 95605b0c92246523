#!/bin/sh
# SPDX-License-Identifier: MIT
# tour.sh - installs what is missing, builds, and runs each demo once
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"
# shellcheck source=tests/support/runs.sh
. "$project/tests/support/runs.sh"

all=$(demos)

# wrong_usage TEXT: before anything is installed or built
wrong_usage()
{
    echo "tour.sh: $1" >&2
    exit 2
}

want_names='--only needs names, as in --only=mutex,pipe'
broken=
chosen=
while [ $# -gt 0 ]; do
    case $1 in
    --broken) broken=--broken ;;
    --only=*) chosen="$chosen ${1#*=}" ;;
    --only)
        chosen="$chosen ${2-}"
        [ $# -eq 1 ] || shift
        ;;
    --help)
        cat <<END
Usage: sh demos/tour.sh [OPTION...]

Shows all demos, one after the other, in about half a minute. Before that
it installs what is missing (a C compiler, CMake, make; by apt-get, apk or brew)
and builds them. They run in a scratch folder, which is removed at the end.

  --only=NAME,NAME...  only these, in this order; there are
                       $all
  --broken             run each without its mechanism, after saying what will
                       go wrong; then each has to break
  --help               show this text

For a lecture: sh demos/tour.sh --only=mutex,pipe --broken

CC chooses the compiler, BUILD the build folder: CC=clang sh demos/tour.sh

Exit status: 0 if each demo did what it should, 1 if not, 2 for wrong usage.
END
        exit
        ;;
    *) wrong_usage "unknown argument '$1'; try --help" ;;
    esac
    shift
done
set -f # no name is a pattern
IFS=', '
# shellcheck disable=SC2086 # a list
set -- ${chosen:-$all}
unset IFS
set +f
names=
for name; do
    name=${name#demo_}
    case " $all " in
    *" $name "*) ;;
    *) wrong_usage "unknown demo '$name'; there are $all" ;;
    esac
    case " $names " in
    *" $name "*) ;;
    *) names="$names $name" ;;
    esac
done
[ -n "$names" ] || wrong_usage "$want_names"
# shellcheck disable=SC2086 # a list
set -- $names

install_missing C-compiler cmake make
# shellcheck disable=SC2046 # a list
build_project $(printf 'demo_%s ' "$@")

# Nothing stays in the user's folder; Ctrl-C ends the demo that runs, and then
# this script in the same way.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tour.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for signal in HUP INT TERM; do
    # shellcheck disable=SC2064 # the signal of this turn
    trap "rm -rf \"\$scratch\"; trap - EXIT $signal; kill -$signal \$\$" $signal
done
cd "$scratch"

if [ "$build" = "$project/build" ]; then
    shown=build
else
    shown=$build
fi
number=0
count=$#
failed=

# introduce NAME: in the words of its --help
introduce()
{
    number=$((number + 1))
    printf '\n%d of %d: demo_%s\n' $number $count "$1"
    "$build/demo_$1" --help | awk -v broken="$broken" '
        BEGIN { RS = "" } # by paragraphs
        NR == 2 { print }
        broken && sub(/^With --broken /, "Now ") { print }'
    echo
    [ ! -t 1 ] || sleep 2 # for reading
}

# run NAME STATUS [OPTION...]: runs a demo, and notes if it ends otherwise
run()
{
    name=$1 expected=$2
    shift 2
    echo "\$ $shown/demo_$name${*:+ $*}"
    status=0
    "$build/demo_$name" "$@" 2>&1 </dev/null || status=$?

    if [ "$status" -ne "$expected" ]; then
        echo "(exit status $status instead of $expected)"
        failed="$failed demo_$name"
    elif [ -n "$broken" ]; then
        echo "(exit status $status, the guarantee was violated, as expected)"
    fi
}

for name; do
    introduce "$name"
    read -r _ normal violated _ _ _ options <<END
$(plain_runs | grep "^$name ")
END
    [ "$name" != condvar ] || options="$options --seed=1" # a 22 comes
    # shellcheck disable=SC2086 # a list
    if [ -n "$broken" ]; then
        run "$name" "$violated" --broken --speed=2 $options
    else
        run "$name" "$normal" --speed=2 $options
    fi
done

echo
[ -z "$failed" ] || stop "these did not do what they should:$failed"
case $count in
1) who=It they=it ;;
2) who=Both they=they ;;
*) who="All $count" they=they ;;
esac
if [ -n "$broken" ]; then
    echo "$who broke, as $they should. Next, watch how:" \
        "$shown/demo_$1 --broken --lanes"
else
    echo "$who held. Next: $shown/demo_$1 --help, and then --broken."
fi
