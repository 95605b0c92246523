#!/bin/sh
# SPDX-License-Identifier: MIT
# valgrind.sh - each demo in both modes under valgrind's memcheck
#
# Usage: sh tests/valgrind.sh [BUILD_FOLDER]
#
# No process of a run may make an error, lose memory for good, or use a descriptor that is not open.
# (Some descriptors and memory are in use until the end of each run.)
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
mkdir logs
start_by "$build" "valgrind --track-fds=yes --leak-check=full \
--errors-for-leak-kinds=definite --error-exitcode=99 --log-file='$scratch/logs/%p'"
sh "$project/tests/stress.sh" "$build" 1 || wrong "a run ended with another status"
cd logs
found=$(grep -l -E 'ERROR SUMMARY: [1-9]|invalid file descriptor' ./*) || true
for log in $found; do
    wrong "$(head -n 60 "$log")"
done
processes=$(find . -type f | wc -l)
echo "$((processes)) processes under valgrind, $failures things wrong"
[ $failures -eq 0 ] && [ "$processes" -gt 100 ]
