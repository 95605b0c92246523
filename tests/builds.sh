#!/bin/sh
# SPDX-License-Identifier: MIT
# builds.sh - other ways to build the project than README's
#
# Usage: sh tests/builds.sh
#
# In the source folder, as a part of another project, in a folder with an odd name, as a unity
# build, installed within its own tree, and by a generator of several configurations. It ends with
# the first thing that is wrong.
set -eu

build=unknown # none is needed
# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
unset CC CMAKE_GENERATOR

# copy_to FOLDER: the project, without what was built
copy_to()
{
    mkdir -p "$1"
    (cd "$project" && cp -R CMakeLists.txt LICENSE README.md common demos docs \
        tests "$scratch/$1")
}

# works COMMAND...: or all ends here
works()
{
    "$@" >said 2>&1 || {
        echo "this fails: $*"
        tail -n 30 said
        exit 1
    }
}

# tests_pass FOLDER OPTION-OF-CTEST...: those that are quick
tests_pass()
{
    # shellcheck disable=SC2016 # for the inner shell to expand
    works sh -c 'cd "$0" && ctest --output-on-failure -L "unit|smoke|script" "$@"' "$@"
}

# In the source folder: it says what to type, and has made no build.
copy_to source
cmake source -B source >refused 2>&1 || echo failed >>refused
works grep -x failed refused
works grep 'cmake -B build && cmake --build build' refused
works [ ! -e source/Makefile ]

# As a part of another project, which has targets of the same names.
mkdir parent
cat >parent/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(parent C)
set(SANITIZE "of the parent")
set(BUILD_TESTING ON)
enable_testing()
foreach(name common parts support stress load man docs)
  add_custom_target(${name})
endforeach()
add_test(NAME of_the_parent COMMAND true)
include(FetchContent) # which calls add_subdirectory()
FetchContent_Declare(nine SOURCE_DIR "${NINE}")
FetchContent_MakeAvailable(nine)
if(CMAKE_BUILD_TYPE)
  message(FATAL_ERROR "the part chose the build type ${CMAKE_BUILD_TYPE}")
endif()
END
works cmake -S parent -B parent/build -DNINE="$project"
works cmake --build parent/build --target demo_pipe --parallel 2
works [ "$(find parent/build -name demo_pipe -exec {} a b \; 2>/dev/null)" = aB ]
# it neither tests nor installs the part
works [ "$(cd parent/build && ctest -N | grep -c 'Test *#')" -eq 1 ]
works cmake --install parent/build --prefix "$scratch/installed"
works [ ! -e installed ]

# A folder with an odd name, a unity build, and an installation within.
odd="a #b c'd &%s+(x)@\$HOME"
copy_to "$odd"
works cmake -S "$odd" -B "$odd/build" -DCMAKE_UNITY_BUILD=ON \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-Werror
works cmake --build "$odd/build" --parallel 2
works cmake --install "$odd/build" --prefix "$PWD/$odd/installed"
works [ -s "$odd/installed/share/man/man1/demo_pipe.1" ]
tests_pass "$odd/build"

# Two configurations, one after the other: the programs are where docs say.
if ! command -v ninja >/dev/null; then
    echo "skipped, there is no ninja: several configurations"
    exit
fi
works cmake -G 'Ninja Multi-Config' -S "$project" -B multi -DCMAKE_C_FLAGS=-Werror
for config in Debug Release; do
    works cmake --build multi --config $config --parallel 2
    works [ -x multi/demo_pipe ]
    tests_pass multi -C $config
done
