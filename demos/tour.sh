#!/bin/sh
# SPDX-License-Identifier: MIT
# tour.sh - installs what is missing, builds, and runs each demo once
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"

case ${1-} in
'') ;;
--help)
    cat <<'END'
Usage: sh demos/tour.sh

Shows the nine demos, one after the other, in about half a minute. Before that
it installs what is missing (a C compiler, CMake, make; by apt-get, apk or brew)
and builds them. They run in a scratch folder, which is removed at the end.

CC chooses the compiler, BUILD the build folder: CC=clang sh demos/tour.sh

Exit status: 0 if each demo did what it should, 1 if not, 2 for wrong usage.
END
    exit
    ;;
*)
    echo "tour.sh: unknown argument '$1'; try --help" >&2
    exit 2
    ;;
esac

install_missing C-compiler cmake make
build_project demo_mutex demo_semaphore demo_condvar demo_file demo_signal \
    demo_socket demo_mqueue demo_pipe demo_shm

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
failed=

# show NAME TITLE SENTENCE [OPTION...]: runs a demo, and notes if it failed
show()
{
    name=$1
    number=$((number + 1))
    printf '\n%d of 9: %s\n%s\n\n' "$number" "$2" "$3"
    shift 3
    sleep 2 # for reading
    echo "\$ $shown/demo_$name${*:+ $*}"
    status=0
    "$build/demo_$name" "$@" 2>&1 || status=$?

    expected=0
    if [ "$name" = signal ]; then
        expected=1 # the guard has killed the task: so it should be
    fi
    if [ "$status" -ne "$expected" ]; then
        echo "(exit status $status in place of $expected)"
        failed="$failed demo_$name"
    fi
}

show mutex 'Mutex: one at a time' \
    'Ten processes write to one log; a lock keeps their lines from mixing.'
show semaphore 'Semaphore: a few at a time' \
    'Ten threads share three slots; who finds none free waits for one.' \
    --speed=2
show condvar 'Condition variable: wait until something is true' \
    'A consumer sleeps, without polling, until a producer has drawn a 22.'
show file 'File lock: processes that share a file' \
    'Five processes leave their names in one file; none overwrites another.'
show signal 'Signal: stop a process from outside' \
    'A task of 60 seconds gets 2; then its guard sends a signal that ends it.'
show socket 'Socket: talk over the network' \
    'A client sends ping, a server answers pong; the two could be far apart.' \
    --port=0
show mqueue 'Message queue: leave a request, fetch the answer' \
    'A client puts "add 3 4" into a queue, and a worker process answers.'
show pipe 'Pipe: the output of one is the input of the next' \
    'Four filters in a row make one camel-case word of a sentence.'
show shm 'Shared memory: two processes, the same bytes' \
    'One process changes five numbers; another never sees them half changed.' \
    --speed=2

echo
[ -z "$failed" ] || stop "these did not do what they should:$failed"
echo "All nine held. Next: $shown/demo_mutex --help, and any of them with" \
    "--broken."
