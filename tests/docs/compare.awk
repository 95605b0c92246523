# SPDX-License-Identifier: MIT
# compare.awk - compares what a page shows with what the programs have printed
#
# Usage: awk -v language=console -v mode=MODE -f compare.awk BLOCK PRINTED
#
# PRINTED is what the commands of the block have printed; a mark there is
# "\001LINE STATUS", with the status of the command before it. MODE is "same",
# "order varies", "numbers vary", "order and numbers vary" or "output varies".
#
# Prints LINE TEXT for each command that differs, and leaves in the current
# folder LINE.page and LINE.printed, what was compared. LINE is the command's in
# the block.

# What cannot be the same twice, and so is compared nowhere.
function normal(line, command)
{
    # --seed=N repeats the draws; without it each run has a seed of its own
    if (command !~ /--seed/)
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
    if (mode ~ /numbers/ || mode == "output varies") {
        gsub(/[0-9]+(\.[0-9]+)?/, "N", line)
        gsub(/ +/, " ", line)
    }
    sub(/ +$/, "", line)
    return line
}

# Adds LINE to TEXT, in which each line has a newline before it and after it.
# With "output varies" only the verdicts count, and whether there is any output.
function plus(text, line)
{
    if (mode == "output varies" && line != "" && line != "..." &&
        line !~ /^(demo_[a-z]+|bench_mechanisms): /)
        line = "output"
    if (line == "output" && index(text, "\noutput\n"))
        return text
    return (text == "" ? "\n" : text) line "\n"
}

# Whether PRINTED is what PAGE has, whose gaps stand for any number of lines.
function same_order(page, printed,   count, part, i, text, at)
{
    count = split(page, part, /\n\.\.\.\n/)
    for (i = 1; i <= count; i++) {
        text = (i > 1 ? "\n" : "") part[i] (i < count ? "\n" : "")
        at = index(printed, text)
        if (i == count) # at the end
            at = length(printed) - length(text) + 1
        if (at < 1 || (i == 1 && at != 1) ||
            substr(printed, at, length(text)) != text)
            return 0
        printed = substr(printed, at + length(text) - 1)
    }
    return 1
}

# Whether PRINTED has the lines of PAGE in any order, and no others.
function same_lines(page, printed,   count, line, i, at, gap)
{
    count = split(page, line, /\n/)
    for (i = 2; i < count; i++)
        if (line[i] == "...")
            gap = 1
        else {
            at = index(printed, "\n" line[i] "\n")
            if (!at)
                return 0
            printed = substr(printed, 1, at) \
                substr(printed, at + length(line[i]) + 2)
        }
    return gap || printed == "\n" || printed == "\noutput\n"
}

function check(this)
{
    # empty lines before the next command are for the eye
    sub(/\n+$/, "\n", shown[this])
    sub(/\n+$/, "\n", printed[this])
    if (status[this] == "")
        print this " the shell did not come to the end of this command"
    else if (status[this] == 126 || status[this] == 127)
        print this " the shell cannot run this: " last[this]
    else if (status[this] ~ /^(132|134|135|136|139)$/)
        print this " it crashed: exit status " status[this]
    else if (language == "sh" && status[this] == 2)
        print this " wrong usage: " last[this]
    else if (language == "console" &&
        !(mode ~ /order|output/ ? same_lines(shown[this], printed[this]) : \
            same_order(shown[this], printed[this]))) {
        print this " the program printed something else"
        printf "%s", substr(shown[this], 2) >(this ".page")
        printf "%s", substr(printed[this], 2) >(this ".printed")
    }
}

# The block.
NR == FNR {
    if (language == "console" && /^\$ /) {
        this = FNR
        order[++commands] = this
        command[this] = $0
        shown[this] = printed[this] = "\n"
        in_command = 1
    } else if (in_command && /^> /)
        command[this] = command[this] "\n" $0
    else if (language == "console" && !this && $0 != "") {
        print FNR " the block does not begin with a command: \"$ ...\""
        exit
    } else if (this) {
        in_command = 0
        shown[this] = plus(shown[this], normal($0, command[this]))
    }
    next
}

# What was printed. A mark may be in the middle of a line.
{
    at = index($0, "\001")
    if (at == 0 || at > 1) {
        line = normal(at ? substr($0, 1, at - 1) : $0, command[now])
        printed[now] = plus(printed[now], line)
        if (line != "")
            last[now] = line
    }
    if (at) {
        split(substr($0, at + 1), mark, " ")
        status[now] = mark[2]
        now = mark[1]
        if (language == "sh" && now != "end")
            order[++commands] = now
    }
}

END {
    for (i = 1; i <= commands; i++)
        check(order[i])
    if (NR != FNR && commands == 0)
        print 0 " the block has no command"
}
