#!/bin/sh
# SPDX-License-Identifier: MIT
# hardening.sh - what the release build has to have, where glibc is the C library
#
# Usage: sh tests/hardening.sh BUILD_FOLDER
#
# Without readelf the exit status is 77.
set -eu

build=$(CDPATH='' cd -- "${1:?the build folder is missing}" && pwd -P)
if ! command -v readelf >/dev/null; then
    echo "there is no readelf"
    exit 77
fi
result=0
for program in "$build"/demo_* "$build"/bench_mechanisms; do
    about=$(readelf -hldsW "$program")
    for part in 'Type: *DYN' GNU_RELRO BIND_NOW __stack_chk_fail '_chk@GLIBC'; do
        if ! printf '%s\n' "$about" | grep -q -e "$part"; then
            echo "$program lacks $part"
            result=1
        fi
    done
done
exit $result
