#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - runs a test of the demos on a system that is unkind
#
# Usage: sh tests/unkind/run.sh LIBRARY FOLDER SEED COMMAND...
#
# The COMMAND gets demos that start those of FOLDER with the LIBRARY preloaded:
# their folder is in DEMOS, and instead of its argument "DEMOS". UNKIND_SEED in
# the environment is stronger than SEED. So a hundred seeds are
#
#   for seed in $(seq 100); do UNKIND_SEED=$seed ctest -L unkind || break; done
set -eu

library=$1 folder=$2
UNKIND_SEED=${UNKIND_SEED:-$3}
shift 3
echo "UNKIND_SEED=$UNKIND_SEED"

DEMOS=$(mktemp -d)
export DEMOS UNKIND_SEED
trap 'rm -rf "$DEMOS"' EXIT
trap 'exit 1' HUP INT TERM
for program in "$folder"/demo_*; do
    wrapper=$DEMOS/${program##*/}
    # one that is built differently where sem_init always fails
    built=$folder/tests/unkind/${program##*/}
    [ ! -x "$built" ] || program=$built
    # a process of macOS may open 256 files (xnu: bsd/sys/param.h, NOFILE)
    printf '#!/bin/sh\nulimit -S -n 256 2>/dev/null\nexport LD_PRELOAD="%s"\nexec "%s" "$@"\n' \
        "$library" "$program" >"$wrapper"
    chmod +x "$wrapper"
done
if [ "${2-}" = DEMOS ]; then
    set -- "$1" "$DEMOS" "$3"
fi
"$@"
