#!/bin/sh
# SPDX-License-Identifier: MIT
# leftovers.sh - whether the project's programs have left anything
#
# Usage: sh tests/leftovers.sh FILE
#
# Looks for what is younger than FILE: processes (of this project, and no
# zombies, which only wait for their parent), files in TMPDIR, which nobody else
# may use, names, and System V queues. Others' names and queues come and go: so
# those count only that are of this user, and of processes that have ended.
set -u # not -e: that nothing matches is well

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
since=$1

# A line each.
leftovers()
{
    find /proc/[0-9]*/exe -printf '%p -> %l\n' 2>/dev/null |
        grep -e "-> $project/build.*/demo_" -e "-> $project/build.*/bench_mechanisms"
    find "$TMPDIR" ! -path "$TMPDIR"
    {
        find /dev/shm /dev/mqueue -user "$(id -u)" -newer "$since" -name '*demo-*' \
            2>/dev/null | sed 's/.*demo-\([0-9]*\).*/\1 \1 &/'
        awk -v user="$(id -u)" -v began="$(date -r "$since" +%s)" '
            $1 == 0 && $10 == user && $14 >= began { print $6, $7, "queue", $2 }
            ' /proc/sysvipc/msg
    } | while read -r owner other name; do
        [ -e "/proc/$owner" ] || [ -e "/proc/$other" ] || echo "$name"
    done
}

# What is there at each look is left behind: what was just killed may need a moment.
left=$(leftovers)
for _ in 1 2 3 4 5; do
    [ -n "$left" ] || exit 0
    sleep 1
    left=$(leftovers | grep -xF "$left")
done
printf 'left behind:\n%s\n' "$left"
exit 1
