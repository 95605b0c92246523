# SPDX-License-Identifier: MIT
# compare.awk - compares what a page shows with what the programs have printed
#
# Usage: awk -v language=console -v mode=MODE -f compare.awk BLOCK PRINTED
#
# PRINTED is what the script of session.awk has printed; a mark there is
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

function is_gap(line)
{
    return line ~ /^ *\.\.\. *$/
}

# What a demo says about its run.
function is_verdict(line)
{
    return line ~ /^(demo_[a-z]+|bench_mechanisms): /
}

# Whether the lines of THIS command match in their order; a gap of the page
# stands for any number of lines.
function same_order(this,   i, k, gap, back)
{
    i = k = 1
    while (k <= printed[this]) {
        if (i <= shown[this] && is_gap(show[this, i])) {
            gap = i++
            back = k
        } else if (i <= shown[this] && show[this, i] == print_of[this, k]) {
            i++
            k++
        } else if (gap) {
            i = gap + 1
            k = ++back
        } else
            return 0
    }
    while (i <= shown[this] && is_gap(show[this, i]))
        i++
    return i > shown[this]
}

# Whether they match in any order; with "output varies" only the verdicts.
function same_lines(this,   i, left, line, gap, more)
{
    for (i = 1; i <= shown[this]; i++) {
        line = show[this, i]
        if (is_gap(line))
            gap = 1
        else if (mode != "output varies" || is_verdict(line))
            left[line]++
    }
    for (i = 1; i <= printed[this]; i++) {
        line = print_of[this, i]
        if (mode != "output varies" || is_verdict(line)) {
            if (left[line] > 0)
                left[line]--
            else
                more++
        }
    }
    for (line in left)
        if (left[line] > 0)
            return 0
    return gap || !more
}

# Leaves in FILE what was compared; sorted if the order plays no role.
function keep(file, lines, count, this,   i, command)
{
    command = mode ~ /order|output/ ? "LC_ALL=C sort >" : "cat >"
    command = command file
    printf "" | command
    for (i = 1; i <= count; i++)
        if (mode != "output varies" || is_verdict(lines[this, i]))
            print lines[this, i] | command
    close(command)
}

function differs(this, text)
{
    print this " " text
    keep(this ".page", show, shown[this], this)
    keep(this ".printed", print_of, printed[this], this)
}

function check_status(this)
{
    if (status[this] == "")
        print this " the shell did not come to the end of this command"
    else if (status[this] == 126 || status[this] == 127)
        print this " the shell cannot run this: " print_of[this, printed[this]]
    else if (status[this] ~ /^(132|134|135|136|139)$/)
        print this " it crashed: exit status " status[this]
    else if (language == "sh" && status[this] == 2)
        print this " wrong usage: " print_of[this, printed[this]]
    else
        return 1
    return 0
}

# The block.
NR == FNR {
    if (language == "console" && /^\$ /) {
        this = FNR
        order[++commands] = this
        command[this] = $0
        in_command = 1
    } else if (in_command && /^> /)
        command[this] = command[this] "\n" $0
    else if (language == "console" && !this && $0 != "") {
        print FNR " the block does not begin with a command: \"$ ...\""
        commands = -1
        exit
    } else if (this) {
        in_command = 0
        show[this, ++shown[this]] = normal($0, command[this])
        if (show[this, shown[this]] != "")
            full[this] = shown[this]
    }
    next
}

# What was printed. A mark may be in the middle of a line.
{
    at = index($0, "\001")
    if (at == 0 || at > 1) {
        line = at ? substr($0, 1, at - 1) : $0
        print_of[now, ++printed[now]] = normal(line, command[now])
        if (print_of[now, printed[now]] != "")
            last_full[now] = printed[now]
    }
    if (at) {
        split(substr($0, at + 1), mark, " ")
        if (now)
            status[now] = mark[2]
        now = mark[1]
        if (language == "sh" && now != "end")
            order[++commands] = now
    }
}

END {
    for (i = 1; i <= commands; i++) {
        this = order[i]
        # empty lines before the next command are for the eye
        shown[this] = full[this] + 0
        printed[this] = last_full[this] + 0
        if (!check_status(this) || language == "sh")
            continue
        if (mode == "same" || mode == "numbers vary") {
            if (!same_order(this))
                differs(this, "the program printed something else")
        } else if (!same_lines(this))
            differs(this, "the program printed other lines")
        else if (mode == "output varies" && shown[this] && !printed[this])
            differs(this, "the program printed nothing")
    }
    if (commands == 0)
        print 0 " the block has no command"
}
