#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - measures what the project promises about speed and memory
#
# sh tests/bench/run.sh [BUILD_FOLDER]
#
# Builds what it needs, unless a folder is named. Prints one line for each
# promise: the figure, its limit, and what was measured. What is compared runs
# in turn, and the median counts. Exit status: 0 when all limits were met, 1
# when not, 2 when it could not begin. It takes about a minute. Let nothing else
# run in the meantime, and do not measure a debug or sanitizer build.
set -u

[ $# -gt 0 ] || build=unknown # until setup.sh has set it
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/../support/scratch.sh"
if [ $# -eq 0 ]; then
    # shellcheck source=demos/setup.sh
    . "$project/demos/setup.sh"
    install_missing C-compiler cmake make
    CMAKE_ARGS="${CMAKE_ARGS-} -DBUILD_TESTING=ON"
    # shellcheck disable=SC2119 # all targets
    build_project
fi
if [ ! -x "$build/bench/compare" ]; then
    echo "run.sh: no benchmarks in $build; build with -DBUILD_TESTING=ON" >&2
    exit 2
fi

# Waking an idle core takes longer than the work, so short runs share one.
pinned=
if taskset -c 0 true 2>/dev/null; then pinned="taskset -c 0"; fi

compare="$build/bench/compare"
missed=0

# promise WHAT FIGURE most|least LIMIT UNIT [DETAILS]; no figure is a miss, too
promise()
{
    result=held
    if ! awk -v figure="$2" -v relation="$3" -v limit="$4" 'BEGIN {
        exit figure == "" || (relation == "most" ? figure + 0 > limit + 0 \
                                                 : figure + 0 < limit + 0) }'
    then
        result=MISSED
        missed=1
    fi
    details=${6:+ ($6)}
    [ -n "$2" ] || details=" (could not be measured)"
    printf '%-6s  %-40s %5s %s, at %s %s%s\n' "$result" "$1" "${2:--}" "$5" \
        "$3" "$4" "$details"
}

# figures COMMAND...: what compare prints, as $ratio, $wall_1, ...; all empty if
# it failed
figures()
{
    # shellcheck disable=SC2034 # not every promise wants all of them
    read -r ratio wall_1 processor_1 peak_1 wall_2 processor_2 peak_2 <<END
$("$@")
END
}

# calculate EXPRESSION: with awk, since the shell has whole numbers only
calculate()
{
    awk "BEGIN { printf \"%.${2:-0}f\", $1 }"
}

# The options of demo NAME for a quick run.
options_of()
{
    echo --speed=1000
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
for name in $(demos); do
    [ -x "$build/bench/plain_$name" ] || continue # there is none, or not here
    # shellcheck disable=SC2046,SC2086 # none or several words are meant
    figures $pinned "$compare" 200 /dev/null \
        "$build/demo_$name" $(options_of "$name") -- "$build/bench/plain_$name"
    promise "demo_$name by plain_$name" "$ratio" most 1.25 times \
        "$wall_1 ms by $wall_2 ms"
done

echo "2. Waiting costs no processor time"
figures "$compare" 3 /dev/null \
    "$build/demo_signal" --task=3 -- "$build/demo_file" --late=1
promise "demo_signal --task=3" "$processor_1" most 20 ms \
    "$wall_1 ms of wall time"
promise "demo_file --late=1" "$processor_2" most 20 ms "$wall_2 ms of wall time"

echo "3. 10000 workers are as good as ten: the cost of one stays the same"
costs=
before=
now=
for workers in 10 100 1000 10000; do
    figures "$compare" 5 /dev/null "$build/demo_semaphore" \
        --workers=$workers --slots=100 --hold=0 --speed=1000
    before=$now
    now=
    [ -z "$wall_1" ] || now=$(calculate "$wall_1 * 1000 / $workers")
    costs="$costs${costs:+, }${now:-failed}"
done
growth=
[ -z "$before" ] || [ -z "$now" ] || growth=$(calculate "$now / $before" 2)
promise "cost of a worker, 10000 by 1000" "$growth" most 1.5 times \
    "$costs us each for 10, 100, 1000, 10000"

echo "4. Streaming keeps up with the tools of the system"
yes 'Make this sentence camelCase
THE quick brown fox
jumps over the lazy dog again' | head -n 400000 >sentences
figures "$compare" 9 sentences \
    "$build/demo_pipe" - -- sh -c 'cat | cat | cat | cat'
promise "demo_pipe - by cat | cat | cat | cat" "$ratio" most 4 times \
    "$wall_1 ms by $wall_2 ms"
# The same four filters: a tab parts the words of a sentence.
camel_case="tr -s ' ' '\\t' | sed 's/[^\\t]*/\\L\\u&/g' |
    tr -d '\\t' | sed 's/./\\l&/'"
sh -c "$camel_case" <sentences >theirs
"$build/demo_pipe" - <sentences >ours 2>/dev/null
if cmp -s ours theirs; then
    figures "$compare" 5 sentences "$build/demo_pipe" - -- sh -c "$camel_case"
    promise "demo_pipe - by tr | sed | tr | sed" "$ratio" most 0.5 times \
        "$wall_1 ms by $wall_2 ms"
elif [ "$(echo a | sed 's/./\u&/')" = A ]; then
    echo "run.sh: the results of demo_pipe and of tr and sed differ" >&2
    promise "demo_pipe - by tr | sed | tr | sed" "" most 0.5 times
else
    echo "skipped demo_pipe - by tr | sed | tr | sed: this is not GNU sed"
fi

echo "5. One process that serves many beats a fork for each connection"
"$build/demo_socket" --serve --port=0 >/dev/null 2>ours &
lanes=$!
"$build/bench/plain_socket" serve >/dev/null 2>theirs &
lanes="$lanes $!"
clients=100 connections=3000
figures "$compare" 9 /dev/null \
    "$build/tests/load" "$(port_of theirs)" $clients $connections -- \
    "$build/tests/load" "$(port_of ours)" $clients $connections
rates=
[ -z "$wall_1" ] ||
    rates="$(calculate "$connections * 1000 / $wall_2") a second by \
$(calculate "$connections * 1000 / $wall_1"), $clients clients at once"
promise "demo_socket --serve by plain_socket serve" "$ratio" least 4 times "$rates"

echo "6. A demo takes little memory (the largest of its processes)"
for name in $(demos); do
    # shellcheck disable=SC2046 # several words are meant
    figures "$compare" 5 /dev/null "$build/demo_$name" $(options_of "$name")
    promise "demo_$name" "$peak_1" most 3000 KB
done

echo "7. Watching costs little: an event of the recorder"
read -r off on <<END
$($pinned "$build/bench/record_event")
END
promise "an event when no view is asked for" "$off" most 1 ns
promise "an event with constant text" "$on" most 60 ns

echo "8. bench_mechanisms measures the mechanism, not itself"
for name in pipe mutex; do
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        cost=$($pinned "$build/bench_mechanisms" --only=$name --csv \
            2>/dev/null | awk -F, 'NR == 2 { print $5 }')
        echo "$cost $($pinned "$build/bench/plain_mechanisms" $name)"
    done | awk 'NF == 2 { printf "%.3f %s\n", $1 / $2, $0 }' | sort -n >costs
    read -r ratio ours theirs <<END
$(awk '{ line[NR] = $0 } END { if (NR == 15) print line[8] }' costs)
END
    promise "bench_mechanisms by a bare loop, $name" "$ratio" most 1.05 times \
        "$ours ns by $theirs ns"
done

exit $missed
