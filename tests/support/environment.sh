# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# environment.sh - the scripts of the tests find the same environment, whoever
# calls them and how; environment.c does this for the programs

unset NO_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS LINES LANG LANGUAGE LC_CTYPE \
    LC_NUMERIC LC_MESSAGES POSIXLY_CORRECT CDPATH ENV BASH_ENV
export LC_ALL=C TERM=xterm
umask 022
