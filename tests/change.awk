# SPDX-License-Identifier: MIT
# change.awk - makes the changes of one entry of labs.txt, of mutants.txt, or of
# docs/first/NAME.changes
#
# Usage: awk -v entry="LAB NAME" -f change.awk labs.txt SOURCE
#        awk -v entry=NUMBER -v once=1 -f change.awk mutants.txt SOURCE
#
# labs.txt tells the form of an entry. Prints the changed source, and on standard error what cannot
# be changed, with status 1.

# Puts in what LOCK(M), UNLOCK(M) and WAIT(C, M) stand for.
function expanded(text,   call)
{
    while (match(text, /(UNLOCK|LOCK|WAIT)\([^)]*\)/)) {
        call = substr(text, RSTART, RLENGTH)
        sub(/^UNLOCK\(/, "mutex_unlock(\\&", call)
        sub(/^LOCK\(/, "mutex_lock(\\&", call)
        sub(/^WAIT\(/, "cond_wait(\\&", call)
        sub(/, /, ", \\&", call)
        sub(/&\*/, "", call)
        text = substr(text, 1, RSTART - 1) "CHECK_PTHREAD(pthread_" call ");" \
            substr(text, RSTART + RLENGTH)
    }
    return text
}

function wrong(text)
{
    print entry ": " text >"/dev/stderr"
    failed = 1
}

function change(line,   at, old, new, pattern, before, after, rest, times)
{
    rest = source
    if (match(line, /^in [a-z_]*: /)) {
        if (!match(source, "\n[a-z][^\n;]*[ *]" substr(line, 4, RLENGTH - 5) \
                "\\([^;\n]*\\)\n"))
            wrong("there is no such function: " line)
        before = substr(source, 1, RSTART - 1)
        rest = substr(source, RSTART)
        at = index(rest, "\n}\n")
        after = substr(rest, at + 1)
        rest = substr(rest, 1, at)
        sub(/^in [a-z_]*: /, "", line)
    }
    old = expanded(substr(line, 1, index(line, " =>") - 1))
    new = expanded(substr(line, index(line, " =>") + 4))
    pattern = old
    gsub(/[][\\.*+?(){}|^$]/, "\\\\&", pattern)
    gsub(/[ \n]+/, "[ \t\n]+", pattern) # a formatter changes it
    while (match(rest, pattern)) {
        before = before substr(rest, 1, RSTART - 1) new
        rest = substr(rest, RSTART + RLENGTH)
        times++
    }
    if (!times || (once && times > 1))
        wrong("it is there " times + 0 " times: " old)
    source = before rest after
}

NR == FNR && /^(## |[a-z])/ {
    chosen = ++entries == entry || index($0, entry ":") == 1 || \
        index($0 " ", entry " is right ") == 1
    parts = chosen ? split($0, part, / \| /) : 0
    for (i = 2; i <= parts; i++)
        changes[++count] = part[i]
}
NR == FNR && chosen && /^    [^ ]/ { changes[++count] = substr($0, 5) }
NR == FNR && chosen && /^        / { changes[count] = changes[count] "\n" substr($0, 9) }
NR != FNR { source = source $0 "\n" }

END {
    for (i = 1; i <= count; i++)
        change(changes[i])
    printf "%s", source
    exit failed
}
