# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# setup.sh - installs what is missing, and builds; the scripts source this
#
# It wants the project's folder in "project". These variables may be set:
#   CC          the compiler                      (default: cc, gcc or clang)
#   BUILD       the build folder, from the project's folder  (default: build)
#   CMAKE_ARGS  more options for cmake, separated by spaces

CC=${CC:-}
build=${BUILD:-build} # from here on an absolute path
case $build in
/*) ;;
*) build=${project:?}/$build ;;
esac

# stop TEXT: what is wrong, and what to do about it
stop()
{
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# quietly COMMAND...: shows what it says only if it fails
quietly()
{
    output=$("$@" 2>&1) && return
    printf '%s\n' "$output" >&2
    return 1
}

has()
{
    command -v "$1" >/dev/null 2>&1
}

# A compiler without the C library's headers is not enough.
compiles()
{
    echo '#include <stdio.h>' | "$@" -E -x c - >/dev/null 2>&1
}

has_compiler()
{
    if [ -n "$CC" ]; then
        # shellcheck disable=SC2086 # CC may hold options, as in "gcc -m32"
        compiles $CC
    else
        compiles cc || compiles gcc || compiles clang
    fi
}

# Looks where cmake does: beside each folder of programs.
has_cmocka()
{
    (
        IFS=:
        set -f
        for folder in $PATH /usr/bin ${CMAKE_PREFIX_PATH:-}; do
            [ ! -f "${folder%/*bin}/include/cmocka.h" ] || exit 0
        done
        exit 1
    )
}

# find_missing TOOL...: prints those of "C-compiler cmake make cmocka" that are
# not there
find_missing()
{
    for tool; do
        case $tool in
        C-compiler) has_compiler ;;
        cmake) has cmake && has ctest ;;
        make) has make || has gmake ;;
        cmocka) has_cmocka ;;
        libfuzzer) has_libfuzzer ;; # for .ci/run, which defines that
        *) has "$tool" ;;
        esac || printf ' %s' "$tool"
    done
}

# package_of TOOL: prints what the package manager calls it
package_of()
{
    case $manager:$1:${CC:-gcc} in
    apt-get:C-compiler:clang) echo clang ;;
    apt-get:C-compiler:*) echo gcc libc6-dev ;;
    apk:C-compiler:clang) echo clang gcc musl-dev ;;
    apk:C-compiler:*) echo gcc musl-dev ;;
    apt-get:cmocka:*) echo libcmocka-dev ;;
    apk:cmocka:*) echo cmocka-dev ;;
    apt-get:musl-gcc:*) echo musl-tools ;;
    apt-get:i686-linux-gnu-gcc:*) echo gcc-i686-linux-gnu \
        libc6-dev-i386-cross ;;
    apt-get:arm-linux-gnueabihf-gcc:*) echo gcc-arm-linux-gnueabihf \
        libc6-dev-armhf-cross ;;
    apt-get:aarch64-linux-gnu-gcc:*) echo gcc-aarch64-linux-gnu \
        libc6-dev-arm64-cross ;;
    apt-get:s390x-linux-gnu-gcc:*) echo gcc-s390x-linux-gnu \
        libc6-dev-s390x-cross ;;
    apt-get:qemu-*:*) echo qemu-user ;;
    apt-get:libfuzzer:*) echo libclang-rt-dev ;;
    *:llvm-cov:*) echo llvm ;;
    apt-get:groff:*) echo groff-base ;;
    apt-get:ninja:*) echo ninja-build ;;
    apt-get:man:*) echo man-db ;;
    *) echo "$1" ;;
    esac
}

# What the package lists carry is the server's date; apt-get touches the folder.
have_fresh_lists()
{
    ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 &&
        [ -n "$(find /var/lib/apt/lists/partial -prune -mtime -1)" ]
}

as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install_packages PACKAGE...: with "manager"
install_packages()
{
    case $manager in
    apt-get)
        set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
            -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
        # if that fails, old lists may still do
        have_fresh_lists || quietly as_root apt-get -q update || true
        quietly as_root "$@" </dev/null
        ;;
    apk) quietly as_root apk add --update-cache "$@" </dev/null ;;
    brew) quietly env NONINTERACTIVE=1 brew install "$@" </dev/null ;;
    esac
}

# install_missing TOOL...: installs those that are not there, and says so
install_missing()
{
    missing=$(find_missing "$@")
    [ -n "$missing" ] || return 0
    again="and start this again"

    case $missing:${CC:-gcc} in
    *C-compiler*:gcc | *C-compiler*:cc | *C-compiler*:clang) ;;
    *C-compiler*) stop "the compiler CC=$CC does not work; install it, or use \
CC=gcc or CC=clang, $again" ;;
    esac

    # the first one that is there, and the command as one would type it
    if has apt-get; then
        manager=apt-get command="apt-get install"
    elif has apk; then
        manager=apk command="apk add"
    elif has brew; then
        manager=brew command="brew install"
    else
        stop "missing:$missing; install it with your system's package manager \
(with the headers, often in packages named -dev or -devel) $again"
    fi
    case $manager:$missing in
    brew:*C-compiler*) stop "missing: a C compiler; install one (on macOS: \
xcode-select --install) $again" ;;
    esac

    for tool in $missing; do
        command="$command $(package_of "$tool")"
    done
    if [ $manager != brew ] && [ "$(id -u)" -ne 0 ]; then
        has sudo || stop "missing:$missing, and there is no sudo; let root run
  $command
$again"
        command="sudo $command"
    fi
    echo "Missing:$missing"
    echo "Installing: $command"
    # shellcheck disable=SC2046 # a list
    install_packages $(for tool in $missing; do package_of "$tool"; done) ||
        stop "could not install$missing; see above. Install it by hand $again"
    missing=$(find_missing "$@")
    [ -z "$missing" ] || stop "still missing after the installation:$missing"
}

configure()
{
    # shellcheck disable=SC2086 # a list
    cmake -S "$project" -B "$build" ${CMAKE_ARGS:-}
}

forget_configuration()
{
    rm -rf "$build/CMakeCache.txt" "$build/CMakeFiles"
}

# build_project [TARGET...]: all, or only these; shows what the compiler says
# only if the build fails
build_project()
{
    cache=$build/CMakeCache.txt
    old_compiler=
    if [ -f "$cache" ]; then
        old_compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$cache")
    fi
    # cmake would stay with the old compiler
    case $old_compiler in
    "${CC%% *}" | */"${CC%% *}") ;;
    ?*) [ -z "$CC" ] || forget_configuration ;;
    esac

    echo "Building in $build"
    # an old configuration may be of a folder or a compiler that is gone
    if [ ! -f "$cache" ] || ! configure >/dev/null 2>&1; then
        forget_configuration
        quietly configure || stop "cmake could not configure; see above"
    fi
    [ $# -eq 0 ] || set -- --target "$@"
    jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
    quietly cmake --build "$build" "$@" \
        --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$jobs}" ||
        stop "the build failed; see above"
}
