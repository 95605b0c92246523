# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# runs.sh - the demos and their variants, as tests/runs.txt has them; "project"
# is set by the script that reads this

# runs: a line for each, DEMO NORMAL BROKEN INSIDE SPEEDS WAITS [OPTION...]
runs()
{
    grep '^[a-z]' "${project:?}/tests/runs.txt"
}

# plain_runs: the first line of each demo
plain_runs()
{
    runs | awk '!seen[$1]++'
}

# demos: their names, on one line
demos()
{
    plain_runs | cut -d ' ' -f 1 | xargs
}
