#!/bin/sh
# SPDX-License-Identifier: MIT
# limits.sh - runs the demos where the system has little to give
#
# Usage: sh tests/faults/limits.sh BUILD_FOLDER
#
# Few descriptors, little memory, few processes, short queues, a full disk, none
# of the folders that a system should have, output that goes nowhere. Each run has
# to succeed, or to end with status 3 and a message; and what was in its log and
# names file before must still be there. What needs root is left out without it,
# and that is said.
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

# complain TEXT: about this run
complain()
{
    wrong "$limit, demo_$name: $1"
    sed 's/^/  /' ../err
}

# judge STATUS NORMAL: what is in "err", and the files
judge()
{
    runs=$((runs + 1))
    case $1 in
    "$2") ;;
    3)
        refused=$((refused + 1))
        # more than the verdict, which may have come before the failure
        [ -n "$mute" ] || grep -v ': guarantee held' ../err |
            grep -q "^demo_$name: [a-z]" || complain "no message"
        ;;
    *) complain "status $1" ;;
    esac
    ! grep -q 'was killed by signal' ../err || complain "a process was killed"
    [ "$(head -n 1 mutexfile.txt)" = 'an earlier line' ] ||
        complain "the log lost what was in it"
    ! grep -qvE '^[0-9]+$' names.txt ||
        complain "more than names in the names file"
    ! grep -q "^demo_" mutexfile.txt || complain "a message in the log"
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
        # the files of earlier runs
        rm -f mutexfile.txt names.txt
        echo 'an earlier line' >mutexfile.txt
        echo 7 >names.txt
        chmod 666 mutexfile.txt names.txt
        status=0
        # by a pipe, since some limits are those of files
        # shellcheck disable=SC2086 # there may be no option
        errors=$(timeout 30 "$@" "$scratch/bin/demo_$name" --speed=1000 \
            $options 2>&1 </dev/null >/dev/null) || status=$?
        printf '%s\n' "$errors" >../err
        judge "$status" "$normal"
    done <../table
}

for files in $(seq 3 16); do
    under "$files files" prlimit --nofile="$files"
done
for kilobytes in $(seq 2000 500 24000); do
    under "memory of $kilobytes KB" prlimit --as=$((kilobytes * 1024))
done
# A write beyond this size raises a signal that kills, unless it is ignored.
for bytes in 0 16 20 100 300 5000; do
    under "files of $bytes bytes" prlimit --fsize=$bytes
done
for bytes in 0 1000 5000; do
    under "queues of $bytes bytes" prlimit --msgqueue=$bytes
done

# Without root's rights, which no limit binds.
if [ "$(id -u)" -eq 0 ] && unshare --ipc --mount true 2>/dev/null; then
    nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
    for processes in 1 2 3 4 6 8 11; do
        # shellcheck disable=SC2086 # a command
        under "$processes processes" $nobody prlimit --nproc=$processes
    done
    # The kernel's own limits, in a namespace of their own.
    for setting in fs/mqueue/msg_max=1 fs/mqueue/msgsize_max=128 \
        fs/mqueue/queues_max=0 fs/mqueue/queues_max=1 kernel/msgmni=0 \
        kernel/msgmni=1 kernel/msgmax=1 kernel/msgmnb=1; do
        # shellcheck disable=SC2016,SC2086 # the inner shell expands it; a command
        under "$setting" unshare --ipc sh -c \
            'echo "${1#*=}" >"/proc/sys/${1%=*}" && shift && exec "$@"' \
            sh "$setting" $nobody
    done
    # Folders that are full, missing, or may not be written to: commands of root
    # before each run.
    # shellcheck disable=SC2016,SC2086 # the inner shell expands it; a command
    while read -r commands; do
        under "$commands" unshare --mount sh -c \
            'eval "$1" && shift && exec "$@"' sh "$commands" $nobody
    done <<'END'
mount -t tmpfs -o size=4k none /dev/shm
mount -t tmpfs -o size=4k none /dev/shm && echo full >/dev/shm/fill
mount -t tmpfs -o ro none /dev/shm
mount -t tmpfs -o mode=755 none /dev && mknod -m 666 /dev/null c 1 3
umount -l /proc
export TMPDIR=/nowhere
mount --bind . . && mount -o remount,bind,ro . && cd "$PWD"
END
    # A disk with room for the files that are there, and little more: the log
    # may grow to the end of its block.
    # shellcheck disable=SC2016 # the inner shell expands it
    under "full disk" unshare --mount sh -c '
        mkdir -p disk && mount -t tmpfs -o size=12k none disk &&
        cp mutexfile.txt names.txt disk && cd disk &&
        head -c 4040 /dev/zero | tr "\0" x >>mutexfile.txt &&
        { cat /dev/zero >fill 2>/dev/null || true; } && status=0 &&
        { "$@" || status=$?; } && cp mutexfile.txt names.txt .. &&
        exit $status' sh
    rmdir disk
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
