#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - runs a test of the demos on a system that is unkind
#
# Usage: sh tests/unkind/run.sh LIBRARY FOLDER SEED COMMAND...
#
# The COMMAND gets demos that start those of FOLDER with the LIBRARY preloaded: their folder is in
# DEMOS. UNKIND_SEED in the environment is stronger than SEED. So a hundred seeds are
#
#   for seed in $(seq 100); do UNKIND_SEED=$seed ctest -L unkind || break; done
set -eu

library=$1 build=$2
export UNKIND_SEED="${UNKIND_SEED:-$3}"
shift 3
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/../support/scratch.sh"
echo "UNKIND_SEED=$UNKIND_SEED"

start_by "$build" "env LD_PRELOAD='$library'"
# one that is built differently where sem_init always fails
start_by "$build/tests/unkind" "env LD_PRELOAD='$library'"
# As on macOS, for a process that does not ask for more.
# shellcheck disable=SC3045 # dash, BusyBox and bash have it
ulimit -S -n 256
"$@"
