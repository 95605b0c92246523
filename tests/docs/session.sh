#!/bin/sh
# SPDX-License-Identifier: MIT
# session.sh - runs what a page shows as on a terminal of 80 columns, in UTF-8
#
# Usage: sh session.sh LANGUAGE COMMANDS (which page.awk has made)
#
# "mark LINE" among them prints a line that tells where the next command begins, and leaves it the
# status of the one before; what is wrong with that status is put into COMMANDS.wrong. Exit status:
# 99 if the end was reached.

language=$1 commands=$2
trap 'jobs -p >"$commands.jobs"
    [ ! -s "$commands.jobs" ] || kill $(cat "$commands.jobs")' EXIT
export COLUMNS=80 LC_ALL=C.UTF-8

mark()
{
    docs_status=$?
    case $language$docs_status in
    *126 | *127) echo "the shell cannot run a command before its line $1" ;;
    *13[24569]) echo "a command crashed: exit status $docs_status" ;;
    sh2) echo "a command was used wrongly before line $1" ;;
    esac >>"$commands.wrong"
    printf '\n\001%s\n' "$1"
    return $docs_status
}

# Before glibc 2.34, as the page of the first programs says, some calls are in a library of their
# own.
cc()
{
    # shellcheck disable=SC2317 # the commands call it
    command cc "$@" 2>/dev/null || command cc "$@" -lrt
}

# shellcheck source=/dev/null
. "$commands"
mark end
exit 99
