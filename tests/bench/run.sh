#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - measures what the project promises about speed and memory
#
# sh tests/bench/run.sh [BUILD_FOLDER]
#
# Builds in the folder build, unless another one is named. Prints one line for each promise: the
# figure, its limit, and what was measured. What is compared runs in turn, and the median counts.
# Exit status: 0 when all limits were met, 1 when not, 2 when it could not begin. It takes some
# minutes. Let nothing else run in the meantime, and do not measure a debug or sanitizer build.
set -u

[ $# -gt 0 ] || BUILD=build sh "$(dirname -- "$0")/../run.sh" -N >/dev/null || exit 2
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/../support/scratch.sh"
if [ ! -x "$build/bench/compare" ]; then
    echo "run.sh: no benchmarks in $build; build with -DBUILD_TESTING=ON" >&2
    exit 2
fi
cd "$build" || exit 2 # the commands below are as seen from there

# Waking an idle core takes longer than the work, so short runs share one.
pinned=
if taskset -c 0 true 2>/dev/null; then pinned="taskset -c 0"; fi

# promise WHAT FIGURE LIMIT UNIT [DETAILS]; no figure is a miss, too
promise()
{
    result=held
    awk -v figure="$2" -v limit="$3" 'BEGIN { exit figure == "" || figure + 0 > limit }' ||
        result=MISSED failures=1
    printf '%-6s  %-40s %5s %s, at most %s%s\n' "$result" "$1" "${2:-none}" "$4" "$3" "${5:+ ($5)}"
}

# figures RUNS INPUT COMMAND... [-- COMMAND...]: what compare prints, as $ratio, $wall_1, ...; all
# empty if it failed
figures()
{
    # shellcheck disable=SC2034,SC2086 # not every promise wants all; words
    read -r ratio wall_1 processor_1 peak_1 wall_2 processor_2 peak_2 <<END
$($on_core bench/compare "$@")
END
}

# A quick run of demo NAME.
quick()
{
    echo "./demo_$1 --speed=1000"
    plain_runs | awk -v name="$1" '$1 == name { print $7 }'
}

# The server's port, once it listens.
port_of()
{
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        grep -q listening "$1" && break
        sleep 1
    done
    sed -n 's/.*127.0.0.1://p' "$1"
}

echo "1. A whole run takes little longer than the plainest C program"
on_core=$pinned
for name in $(demos); do
    [ -x "bench/plain_$name" ] || continue # there is none, or not here
    # shellcheck disable=SC2046 # several words
    figures 200 /dev/null $(quick "$name") -- "bench/plain_$name"
    promise "demo_$name by plain_$name" "$ratio" 1.25 times "$wall_1 ms by $wall_2 ms"
done
on_core=

echo "2. Waiting costs no processor time"
for waits in 'demo_signal --task=3' 'demo_file --late=1'; do
    # shellcheck disable=SC2086 # words
    figures 9 /dev/null ./$waits -- "./${waits% *}" --speed=1000
    promise "$waits" "$processor_1" 20 ms "of $wall_1 ms"
    promise "  more than without" "$(awk "BEGIN { print $processor_1 - $processor_2 }")" 5 ms
done

echo "3. 10000 workers are as good as ten: the cost of one stays the same"
many='--slots=100 --hold=0 --speed=1000'
# shellcheck disable=SC2086 # several words
figures 5 /dev/null ./demo_semaphore --workers=10000 $many -- \
    ./demo_semaphore --workers=1000 $many
promise "10000 workers by 1000" "$ratio" 15 times "$wall_1 ms by $wall_2 ms"

echo "4. Streaming keeps up with the tools of the system"
yes 'Make this sentence camelCase
THE quick brown fox
jumps over the lazy dog again' | head -n 400000 >"$scratch/sentences"
figures 9 "$scratch/sentences" ./demo_pipe - -- sh -c 'cat | cat | cat | cat'
promise "demo_pipe - by cat | cat | cat | cat" "$ratio" 4 times "$wall_1 ms by $wall_2 ms"
# The same four filters: a tab parts the words of a sentence.
camel_case="tr -s ' ' '\\t' | sed 's/[^\\t]*/\\L\\u&/g' |
    tr -d '\\t' | sed 's/./\\l&/'"
sh -c "$camel_case" <"$scratch/sentences" >"$scratch/theirs"
./demo_pipe - <"$scratch/sentences" >"$scratch/ours" 2>/dev/null
if [ "$(echo a | sed 's/./\u&/')" = A ]; then # GNU sed
    ratio=
    ! cmp "$scratch/ours" "$scratch/theirs" ||
        figures 5 "$scratch/sentences" ./demo_pipe - -- sh -c "$camel_case"
    promise "demo_pipe - by tr | sed | tr | sed" "$ratio" 0.5 times "$wall_1 ms by $wall_2 ms"
fi

echo "5. One process that serves many beats a fork for each connection"
./demo_socket --serve --port=0 >/dev/null 2>"$scratch/ours" &
lanes=$!
bench/plain_socket serve >/dev/null 2>"$scratch/theirs" &
lanes="$lanes $!"
figures 9 /dev/null tests/load "$(port_of "$scratch/ours")" 100 3000 -- \
    tests/load "$(port_of "$scratch/theirs")" 100 3000
promise "demo_socket --serve by plain_socket serve" "$ratio" 0.25 times \
    "3000 connections of 100 clients at once: $wall_1 ms by $wall_2 ms"

echo "6. A demo takes little memory (the largest of its processes)"
for name in $(demos); do
    # shellcheck disable=SC2046 # several words are meant
    figures 5 /dev/null $(quick "$name")
    promise "demo_$name" "$peak_1" 3000 KB
done

echo "7. Watching costs little: an event of the recorder"
promise "an event when no view is asked for" "$($pinned bench/cost event)" 1 ns
promise "an event with constant text" "$($pinned bench/cost watched)" 60 ns

echo "8. bench_mechanisms measures the mechanism, not itself"
for name in pipe mutex; do
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        cost=$($pinned ./bench_mechanisms --only=$name --csv 2>/dev/null |
            awk -F, 'NR == 2 { print $5 }')
        echo "$cost $($pinned bench/cost $name)"
    done | awk 'NF == 2 { printf "%.3f %s\n", $1 / $2, $0 }' | sort -n >"$scratch/costs"
    read -r ratio ours theirs <<END
$(awk '{ line[NR] = $0 } END { if (NR == 15) print line[8] }' "$scratch/costs")
END
    promise "bench_mechanisms by a bare loop, $name" "$ratio" 1.05 times "$ours ns by $theirs ns"
done
[ $failures -eq 0 ]
