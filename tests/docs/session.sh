#!/bin/sh
# SPDX-License-Identifier: MIT
# session.sh - runs what a page shows as on a terminal of 80 columns, in UTF-8
#
# Usage: sh session.sh COMMANDS (which split.awk has made)
#
# "mark LINE" among them prints a mark with the status of the command before,
# and leaves that status to the next one.

trap 'jobs -p >"$1.jobs"; [ ! -s "$1.jobs" ] || kill $(cat "$1.jobs")' EXIT
export COLUMNS=80 LC_ALL=C.UTF-8

mark()
{
    docs_status=$?
    printf '\001%s %s\n' "$1" $docs_status
    return $docs_status
}

# Before glibc 2.34, as the page of the first programs says, some calls are in
# a library of their own.
cc()
{
    command cc "$@" 2>/dev/null || command cc "$@" -lrt
}

# shellcheck source=/dev/null
. "$1"
