# SPDX-License-Identifier: MIT
# compare.awk - compares what a page shows with what the programs have printed
#
# Usage: awk -v mode=MODE -f fits.awk -f compare.awk BLOCK PRINTED
#
# PRINTED is what the commands of the block have printed; a line "\001LINE" is before that of each
# command. MODE is "", "order varies", "numbers vary", "order and numbers vary" or "output varies".
# Exit status: 1 if it differs; then BLOCK.page and BLOCK.printed have what was compared.

# What cannot be the same twice, and so is compared nowhere.
function normal(line)
{
    # --seed=N repeats the draws; without it each run has a seed of its own
    if (command[now] !~ /--seed/)
        gsub(/seed [0-9]+/, "seed N", line)
    # --port=0 takes any free port, and so does every client
    gsub(/127\.0\.0\.1:[0-9]+/, "127.0.0.1:N", line)
    gsub(/127\.0\.0\.1 : [0-9]+/, "127.0.0.1 : N", line)
    # --lanes begins each row with its time
    if (match(line, /^ *[0-9.]+ (µs|us|ms|s)  /))
        line = "    TIME  " substr(line, RLENGTH + 1)
    # times that a demo has measured
    gsub(/[0-9]+\.[0-9][0-9][0-9] s/, "N s", line)
    # the process that a name in the system belongs to, and its random part
    gsub(/demo-[0-9]+-[0-9a-f]+/, "demo-N", line)
    if (mode ~ /numbers|output/) {
        gsub(/[0-9]+(\.[0-9]+)?/, "N", line)
        gsub(/ +/, " ", line)
    }
    sub(/ +$/, "", line)
    return line
}

# Adds a line to the TEXT of this side, behind the line of its command. With "output varies" only
# the verdicts count, and whether there is any output.
function add(line)
{
    if (line == "" || now == "end") {
        empty += mode !~ /output/ # before the next command they are for the eye
        return
    }
    if (mode ~ /output/ && line !~ /^(\$ |demo_[a-z]+: |bench_mechanisms: )/) {
        line = "output"
        if (index(text[side], "\n" now " output\n"))
            return
    }
    for (; empty > 0; empty--)
        add_line(now " ")
    add_line(now " " line)
}

function add_line(line)
{
    text[side] = text[side] line "\n"
    missing[line] += side == "page" ? 1 : -1
}

function begin(line)
{
    now = line
    empty = 0
    add(first[now])
}

BEGIN { text["page"] = text["printed"] = "\n" }
{ side = NR == FNR ? "page" : "printed" }
side == "page" && /^\$ / {
    first[FNR] = command[FNR] = $0
    begin(FNR)
    in_command = 1
    next
}
in_command && /^> / { command[now] = command[now] $0; next }
{ in_command = 0 }
sub(/^\001/, "") { begin($0); next }
{ add(normal($0)) }

END {
    for (line in missing)
        differs = differs || missing[line] != 0
    if (mode !~ /order|output/)
        differs = !fits(text["page"], text["printed"])
    for (side in text)
        printf "%s", text[side] >(ARGV[1] "." side)
    exit differs
}
