#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - installs what is missing, builds, and runs all tests
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=demos/setup.sh
. "$project/demos/setup.sh"

if [ "${1-}" = --help ]; then
    cat <<'END'
Usage: sh tests/run.sh [OPTION OF CTEST...]

Runs all tests. Before that it installs what is missing (a C compiler, CMake,
make, CMocka; by apt-get, apk or brew) and builds.

  sh tests/run.sh -L smoke                       each demo in both modes
  sh tests/run.sh -R semaphore -V                one demo's tests, all they say
  sh tests/run.sh -j1                            one test at a time
  CC=clang BUILD=build-clang sh tests/run.sh     another compiler and folder

Exit status: 0 if all tests passed.
END
    exit
fi

install_missing C-compiler cmake make cmocka
CMAKE_ARGS="${CMAKE_ARGS-} -DBUILD_TESTING=ON"
# shellcheck disable=SC2119 # all targets
build_project
# without it cmake leaves the tests out
! grep -q '^CMOCKA_.*-NOTFOUND$' "$build/CMakeCache.txt" ||
    stop "cmake did not find CMocka; set CMAKE_PREFIX_PATH to where it is"

cd "$build"
# Side by side: none minds what else is running.
export CTEST_PARALLEL_LEVEL="${CTEST_PARALLEL_LEVEL:-$jobs}"
exec ctest --output-on-failure --no-tests=error "$@"
