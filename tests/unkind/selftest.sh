#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest.sh - the unkind library can make a program fail
#
# Usage: sh tests/unkind/selftest.sh LIBRARY CARELESS
#
# Each rule of it, and with each of three seeds, is the end of a program that is
# careless there. Without the library most do no harm; a system may lack queues,
# for one, and is unkind by itself. The seed is shown where none is given.
set -eu

library=$1 careless=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for seed in 1 2 3; do
    UNKIND_SEED=$seed LD_PRELOAD=$library "$careless" 2>err || exit 1
    [ ! -s err ] || exit 1
done
unset UNKIND_SEED
"$careless" | tail -n 1
LD_PRELOAD=$library "$careless" 2>&1 >said | grep '^unkind: UNKIND_SEED=[0-9]*$'
