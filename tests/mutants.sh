#!/bin/sh
# SPDX-License-Identifier: MIT
# mutants.sh - whether the tests notice mistakes in common/ and demos/
#
# Usage: sh tests/mutants.sh [--check | NUMBER...]
#
# Makes each mistake of mutants.txt, or those with these numbers, in a copy of the project, and runs
# the tests that should notice it, then all others, until one fails, which it prints. All take more
# than an hour; --check only looks whether each can be made. None may leave a name or a queue in the
# system.
#
# Exit status: 0 if at least 57 of 60 were noticed, or as many in proportion; 1 if fewer were, or
# one cannot be made; 2 for wrong usage.
set -eu

build=unknown # none is needed
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
cd "$project"
table=$project/tests/mutants.txt
count=$(grep -c '^[a-z]' "$table")

# mutate NUMBER: makes "mutant", the file with that mistake in it; sets file, tests, what
mutate()
{
    read -r file tests what <<END
$(awk -v number="$1" '/^[a-z]/ && ++n == number' "$table")
END
    awk -v entry="$1" -v once=1 -f "$project/tests/change.awk" "$table" \
        "$project/$file" >"$scratch/mutant" || wrong "it does not apply: $what ($file)"
}

check=no
if [ "${1-}" = --check ]; then
    check=yes
    shift
fi
# shellcheck disable=SC2046 # a list
[ $# -gt 0 ] || set -- $(seq "$count")
first=''
for number; do
    if ! [ "$number" -ge 1 ] 2>/dev/null || [ "$number" -gt "$count" ]; then
        echo "mutants.sh: '$number': must be 1 to $count, or --check" >&2
        exit 2
    fi
    mutate "$number"
    first="$first|$tests"
done
[ $failures -eq 0 ] || exit 1
[ $check = no ] || exit 0

chmod 755 "$scratch" # some tests change the user
mkdir "$scratch/copy" && mkdir -m 1777 "$scratch/tmp"
export TMPDIR="$scratch/tmp" CTEST_OUTPUT_ON_FAILURE=1
find . ! -name . -prune ! -name 'build*' ! -name .git \
    -exec cp -R {} "$scratch/copy" \;
cd "$scratch/copy"
jobs=${CTEST_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}

build()
{
    cmake --build build --parallel "$jobs" >"$scratch/said" 2>&1
}

# noticed OPTION-OF-CTEST...: prints the first test that fails, also when it is repeated (what a
# busy machine does may go away); 1: none does
noticed()
{
    ! (cd build && ctest -j "$jobs" --timeout 150 --repeat until-pass:2 \
        --stop-on-failure "$@") >"$scratch/said" 2>&1 || return 1
    awk '/^The following.*FAILED/ { getline; print $3 }' "$scratch/said"
}

cmake -S . -B build >"$scratch/said"
if ! build || noticed -R "${first#|}"; then
    tail -n 20 "$scratch/said" >&2
    echo "mutants.sh: it must build and pass before a mistake is made" >&2
    exit 1
fi
caught=0
for number; do
    mutate "$number"
    cat "$scratch/mutant" >"$file"
    end=SURVIVED
    if ! build; then
        end="DOES NOT BUILD"
    elif test=$(noticed -R "$tests" ||
        noticed -LE 'stress|labs' -E '^mutants$' || noticed -L stress); then
        end="caught by $test"
        caught=$((caught + 1))
    fi
    printf '%2d  %s: %s: %s\n' "$number" "$file" "$what" "$end"
    cat "$project/$file" >"$file"
done
echo "caught: $caught of $#"
[ $((caught * 60)) -ge $((57 * $#)) ]
