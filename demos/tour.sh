#!/bin/sh
# SPDX-License-Identifier: MIT
# tour.sh - installs what is missing, builds, and runs each demo once
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"

all='mutex semaphore condvar file signal socket mqueue pipe shm'

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
    --only=?*) chosen="$chosen ${1#*=}" ;;
    --only | --only=) wrong_usage "$want_names" ;;
    --help)
        cat <<'END'
Usage: sh demos/tour.sh [OPTION...]

Shows the nine demos, one after the other, in about half a minute. Before that
it installs what is missing (a C compiler, CMake, make; by apt-get, apk or brew)
and builds them. They run in a scratch folder, which is removed at the end.

  --only=NAME,NAME...  only these, in this order; the names are mutex semaphore
                       condvar file signal socket mqueue pipe shm
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
for name; do
    case " $all " in
    *" $name "*) ;;
    *) wrong_usage "unknown demo '$name'; there are $all" ;;
    esac
done
[ $# -gt 0 ] || wrong_usage "$want_names"

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

# introduce TITLE SENTENCE WHAT-GOES-WRONG
introduce()
{
    number=$((number + 1))
    printf '\n%d of %d: %s\n%s\n' $number $count "$1" "$2"
    [ -z "$broken" ] || printf 'Now %s\n' "$3"
    echo
    [ ! -t 1 ] || sleep 2 # for reading
}

# run STATUS NAME [OPTION...]: runs a demo, and notes if it ends otherwise
run()
{
    expected=$1 name=$2
    shift 2
    if [ -n "$broken" ]; then
        expected=4
        set -- --broken "$@"
    fi
    echo "\$ $shown/demo_$name${*:+ $*}"
    status=0
    "$build/demo_$name" "$@" 2>&1 || status=$?

    if [ "$status" -ne "$expected" ]; then
        echo "(exit status $status instead of $expected)"
        failed="$failed demo_$name"
    elif [ -n "$broken" ]; then
        echo "(exit status 4, the guarantee was violated, as expected)"
    fi
}

show_mutex()
{
    introduce 'Mutex: one at a time' \
        'Ten processes write to one log; a mutex keeps their lines intact.' \
        'no writer locks the mutex, and the pieces of their lines get mixed.'
    run 0 mutex
}

show_semaphore()
{
    introduce 'Semaphore: a few at a time' \
        'Ten threads share three slots; a thread that finds none free waits.' \
        'no thread waits for a slot, and all ten are inside at once.'
    run 0 semaphore --speed=2
}

show_condvar()
{
    introduce 'Condition variable: wait until something is true' \
        'A consumer sleeps, without polling, until a producer has drawn a 22.' \
        'it unlocks between its test and its sleep, and misses the 22.'
    run 0 condvar
}

show_file()
{
    introduce 'File lock: processes that share a file' \
        'Five processes leave names in one file; none overwrites another.' \
        'no process locks the file, and their names overwrite each other.'
    run 0 file
}

show_signal()
{
    introduce 'Signal: stop a process from outside' \
        'A task of 60 seconds gets 2. The guard asks it to stop, or kills it.' \
        'the guard only asks: the task catches that signal, and goes on.'
    run 1 signal # the guard has killed the task, as expected
}

show_socket()
{
    introduce 'Socket: talk over the network' \
        'A client sends ping, a server answers pong; they could be far apart.' \
        'the server takes the first bytes that arrive for the whole message.'
    run 0 socket --port=0
}

show_mqueue()
{
    introduce 'Message queue: leave a request, fetch the answer' \
        'A client sends "add 3 4" to a queue, and a worker process answers.' \
        'three ask with the same tag, and each takes the next answer.'
    run 0 mqueue
}

show_pipe()
{
    introduce 'Pipe: the output of one is the input of the next' \
        'Four filters in a row turn a sentence into one camel-case word.' \
        'each keeps ends open that it does not use, and no input ever ends.'
    run 0 pipe
}

show_shm()
{
    introduce 'Shared memory: two processes, the same bytes' \
        'One changes five numbers; the other never sees them half changed.' \
        'the reader does not lock, and sees half old, half new numbers.'
    run 0 shm --speed=2
}

for name; do
    "show_$name"
done

echo
[ -z "$failed" ] || stop "these did not do what they should:$failed"
case $count in
1) who=It they=it ;;
2) who=Both they=they ;;
9) who='All nine' they=they ;;
*) who="All $count" they=they ;;
esac
if [ -n "$broken" ]; then
    echo "$who broke, as $they should. Next, watch how:" \
        "$shown/demo_$1 --broken --lanes"
else
    echo "$who held. Next: $shown/demo_$1 --help, and then --broken."
fi
