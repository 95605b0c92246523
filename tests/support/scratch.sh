# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# scratch.sh - where a script of the tests works, and what it finds wrong
#
# Its first argument is the build folder, unless that is set already. It gets the
# absolute paths "project" and "build", a new folder as its current one, which
# goes when it ends, and "failures", which wrong() counts.

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
project=${project%/tests} # for those in a folder of tests
# shellcheck disable=SC2034 # for the script that reads this
build=${build:-$(CDPATH='' cd -- "${1-$project/build}" && pwd -P)}
# The same environment, however it is called; environment.c does this for the programs.
unset NO_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS LINES LANG LANGUAGE LC_CTYPE \
    LC_NUMERIC LC_MESSAGES POSIXLY_CORRECT CDPATH ENV BASH_ENV
export LC_ALL=C TERM=xterm
umask 022
# shellcheck source=tests/support/runs.sh
. "$project/tests/support/runs.sh"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/nine-test-XXXXXX")
lanes='' # processes that run beside the script, and end with it
# shellcheck disable=SC2086 # a list
trap '[ -z "$lanes" ] || kill $lanes 2>/dev/null || true
    cd /; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch" || exit
failures=0

# wrong TEXT...
wrong()
{
    failures=$((failures + 1))
    printf '%s\n' "$*"
}

# await_lanes: until all lanes have ended; those that failed count
await_lanes()
{
    for lane in $lanes; do
        wait "$lane" || failures=$((failures + 1))
    done
    lanes=
}

# start_by FOLDER COMMAND: fills the folder DEMOS, which the programs among the
# tests take theirs from, with those of FOLDER, started by COMMAND
start_by()
{
    export DEMOS="$scratch/started"
    mkdir -p "$DEMOS"
    for program in "$1"/demo_* "$1"/bench_mechanisms; do
        [ ! -x "$program" ] || printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$2" "$program" \
            >"$DEMOS/${program##*/}"
    done
    chmod +x "$DEMOS"/*
}
