#!/bin/sh
# SPDX-License-Identifier: MIT
# limits.sh - runs the demos where the system has little to give
#
# Usage: sh tests/faults/limits.sh BUILD_FOLDER
#
# Few descriptors, little memory, few processes, short queues, a full disk, none of the folders that
# a system should have, output that goes nowhere. Each run has to succeed, or to end with status 3
# and a message; and what was in its log and names file before must still be there. What needs root
# is left out without it, and that is said.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/../support/scratch.sh"
chmod 711 "$scratch"
mkdir bin run
chmod 777 run
cp "$build"/demo_* bin # where another user may run them, too
{
    runs
    # and some of them watched
    echo 'semaphore 0 - - - - --lanes'
    echo 'pipe 0 - - - - --svg=view --timeline'
    echo 'condvar 0 - - - - --trace=view --lanes'
} >table
cd run
runs=0
refused=0
mute= # not empty where no message can be seen

# objections NORMAL: to the status, to what is in "errors", and to the files
objections()
{
    if [ $status -ne "$1" ] && [ $status -ne 3 ]; then
        echo "status $status"
    elif [ $status -eq 3 ] && [ -z "$mute" ]; then
        # more than the verdict, which may have come before the failure
        echo "$errors" | grep -v ': guarantee held' | grep -q "^demo_$name: [a-z]" ||
            echo "no message"
    fi
    echo "$errors" | grep 'was killed by signal' || true
    [ "$(head -n 1 mutexfile.txt)" = 'an earlier line' ] || echo "the log lost what was in it"
    grep "^demo_" mutexfile.txt || true
    grep -vE '^[0-9]+$' names.txt || true
}

# under LIMIT COMMAND...: every demo, started by COMMAND; not counted where not
# even the loader can start it
under()
{
    limit=$1
    shift
    while read -r name normal _ _ _ _ options; do
        status=0
        "$@" "$scratch/bin/demo_$name" --version >/dev/null 2>&1 || status=$?
        [ $status -eq 0 ] || [ $status -eq 3 ] || continue
        rm -f mutexfile.txt names.txt # of earlier runs
        echo 'an earlier line' >mutexfile.txt
        echo 7 >names.txt
        chmod 666 mutexfile.txt names.txt
        status=0
        # by a pipe, since some limits are those of files
        # shellcheck disable=SC2086 # there may be no option
        errors=$(timeout 30 "$@" "$scratch/bin/demo_$name" --speed=1000 \
            $options 2>&1 </dev/null >/dev/null) || status=$?
        runs=$((runs + 1))
        [ $status -ne 3 ] || refused=$((refused + 1))
        found=$(objections "$normal")
        [ -z "$found" ] || wrong "$limit, demo_$name: $found: $errors"
    done <../table
}

# limits OPTION VALUE...: of prlimit
limits()
{
    option=$1
    shift
    for value; do
        # shellcheck disable=SC2086 # a command, or nothing
        under "$option=$value" ${nobody-} prlimit "$option=$value"
    done
}

# shellcheck disable=SC2046 # lists
{
    limits --nofile $(seq 3 16)
    limits --as $(seq 2048000 512000 24576000)
}
# A write beyond this size raises a signal that kills, unless it is ignored.
limits --fsize 0 16 20 100 300 5000
limits --msgqueue 0 1000 5000

# Without root's rights, which no limit binds.
if [ "$(id -u)" -eq 0 ] && unshare --ipc --mount true 2>/dev/null; then
    nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
    limits --nproc 1 2 3 4 6 8 11
    # The kernel's own limits, and folders that are full, missing, or may not be
    # written to: commands of root before each run, in namespaces of their own.
    # shellcheck disable=SC2016,SC2086 # the inner shell expands it; a command
    while read -r commands; do
        under "$commands" unshare --ipc --mount sh -c \
            'eval "$1" && shift && exec "$@"' sh "$commands" $nobody
    done <<'END'
echo 1 >/proc/sys/fs/mqueue/msg_max
echo 128 >/proc/sys/fs/mqueue/msgsize_max
echo 0 >/proc/sys/fs/mqueue/queues_max
echo 1 >/proc/sys/fs/mqueue/queues_max
echo 0 >/proc/sys/kernel/msgmni
echo 1 >/proc/sys/kernel/msgmni
echo 1 >/proc/sys/kernel/msgmax
echo 1 >/proc/sys/kernel/msgmnb
mount -t tmpfs -o size=4k none /dev/shm
mount -t tmpfs -o size=4k none /dev/shm && echo full >/dev/shm/fill
mount -t tmpfs -o ro none /dev/shm
mount -t tmpfs -o mode=755 none /dev && mknod -m 666 /dev/null c 1 3
umount -l /proc
export TMPDIR=/nowhere
mount --bind . . && mount -o remount,bind,ro . && cd "$PWD"
mount -t tmpfs -osize=8k none /mnt && cp -p *.txt /mnt && cd /mnt && printf %4040d 1 >>mutexfile.txt
END
else
    echo "skipped, as they need root: few processes, kernel limits, full disk"
fi

# Standard descriptors that are closed do not become those of the files.
mute=yes
for closed in '<&- >&- 2>&-' '>&- 2>&-' '<&- 2>&-' '>/dev/full 2>/dev/full'; do
    # shellcheck disable=SC2016 # the inner shell expands it
    under "$closed" sh -c 'exec "$0" "$@" '"$closed"
done

echo "$runs runs at limits, $refused refused, $failures things wrong"
[ "$failures" -eq 0 ] && [ "$runs" -gt 300 ]
