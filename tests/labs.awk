# SPDX-License-Identifier: MIT
# labs.awk - makes one solution of labs.txt, which has the form of its entries
#
# Usage: awk -v entry="LAB NAME" -f labs.awk labs.txt SOURCE
#
# Prints the changed source, and on standard error what cannot be changed.

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

function replaced(text, old, new,   done)
{
    gsub(/[][\\.*+?(){}|^$]/, "\\\\&", old)
    gsub(/ /, "[ \t\n]+", old)
    while (match(text, old)) {
        done = done substr(text, 1, RSTART - 1) new
        text = substr(text, RSTART + RLENGTH)
    }
    return done text
}

function change(line,   at, old, new, before, inside, result)
{
    inside = source
    if (match(line, /^in [a-z_]*: /)) {
        if (!match(source, "\n[a-z][^\n;]*[ *]" substr(line, 4, RLENGTH - 5) \
                "\\([^;\n]*\\)\n"))
            print entry ": there is no such function: " line >"/dev/stderr"
        before = substr(source, 1, RSTART - 1)
        inside = substr(source, RSTART)
        sub(/^in [a-z_]*: /, "", line)
    }
    at = before == "" ? length(inside) : index(inside, "\n}\n")
    old = expanded(substr(line, 1, index(line, " =>") - 1))
    new = expanded(substr(line, index(line, " =>") + 4))
    result = before replaced(substr(inside, 1, at), old, new) \
        substr(inside, at + 1)
    if (result == source)
        print entry ": it is not there: " old >"/dev/stderr"
    source = result
}

NR == FNR && /^[a-z]/ {
    chosen = index($0, entry ":") == 1 || index($0 " ", entry " is right ") == 1
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
}
