#!/bin/sh
# SPDX-License-Identifier: MIT
# access.sh - what the demos create is for nobody else
#
# Usage: sh tests/access.sh [BUILD_FOLDER]
#
# By what they ask of the system (strace): whatever is created is new (O_EXCL)
# and private (0600, a folder 0700), its name cannot be guessed, the two files
# of the report are not reached through symbolic links, and sockets are bound to
# the loopback only.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"

# wants HOW-MANY PATTERN DEMO [OPTION...]: so many calls match, and no call
# creates what others can use
wants()
{
    count=$1 pattern=$2 demo=$3
    shift 3
    [ "$count" -eq 0 ] || echo "$demo" >>creators
    strace -f -qq -o trace -e trace='?open,openat,?creat,?mq_open,?msgget,?shmget,?semget,?mknod,mknodat,?mkdir,mkdirat,bind' \
        "$build/demo_$demo" --speed=1000 "$@" >out 2>err || true
    found=$(grep -c -E -e "$pattern" trace) || true
    [ "$found" -eq "$count" ] ||
        wrong "demo_$demo $*: $found calls like $pattern, not $count"
    # what may be created, and how; the rest is wrong
    grep -E 'O_CREAT|creat\(|get\(|mknod|mkdir|bind\(' trace | grep -v -E \
        -e 'O_EXCL.*, 0600' -e 'msgget\(IPC_PRIVATE, (IPC_CREAT\|)?0600\)' \
        -e 'mknod.*S_IFIFO\|0600' -e 'mkdir.*, 0700' \
        -e 'bind\(.*inet_addr\("127\.0\.0\.1"\)' \
        -e '"(mutexfile|names)\.txt", O_.*O_NOFOLLOW' >others || true
    [ ! -s others ] || wrong "demo_$demo $*: $(cat others)"
    # no way to the report's files leads through a link
    if grep -E '(mutexfile|names)\.txt' trace | grep -v -q O_NOFOLLOW; then
        wrong "demo_$demo $*: a file is opened without O_NOFOLLOW"
    fi
}

random='[0-9]+-[0-9a-f]{12}'
wants 1 '"mutexfile\.txt", .*O_CREAT' mutex
wants 1 'names\.txt", .*O_CREAT' file
wants 1 'bind\(' socket --port=0
wants 2 "mq_open\\(\"demo-$random\", .*O_CREAT" mqueue --api=posix
# a planted folder or link is of no use: the name is another one each time
grep O_CREAT trace | sed -n 's/.*"demo-[0-9]*-\([0-9a-f]*\)".*/\1/p' | sort -u >names
[ "$(wc -l <names)" -eq 2 ] || wrong "the names are: $(cat names)"
wants 2 'msgget\(IPC_PRIVATE' mqueue --api=sysv
wants 3 'mknod.*/demo_pipe-[[:alnum:]]{6}/' pipe --named
wants 1 "/dev/shm/demo-$random\", .*O_CREAT" shm
# the others create nothing
for demo in $(demos); do
    grep -q -x "$demo" creators || wants 0 'O_CREAT|get\(|mknod|mkdir|bind' "$demo"
done

echo "what the demos create: $failures things wrong"
[ $failures -eq 0 ]
