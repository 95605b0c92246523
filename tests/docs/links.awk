# SPDX-License-Identifier: MIT
# links.awk - finds the links of a page, and what it names as code
#
# Usage: awk -f links.awk PROSE (which split.awk has made)
#
# Prints "LINE link TARGET" and "LINE code TEXT".

function newlines(text)
{
    return gsub(/\n/, "", text)
}

# Leaves the code out of TEXT, prints it, and returns the rest.
function without_code(text,   plain, ticks, rest, end, code)
{
    while (match(text, /`+/)) {
        plain = plain substr(text, 1, RSTART - 1)
        ticks = substr(text, RSTART, RLENGTH)
        rest = substr(text, RSTART + RLENGTH)
        end = index(rest, ticks)
        if (end == 0) {
            text = rest
            continue
        }
        code = substr(rest, 1, end - 1)
        text = substr(rest, end + length(ticks))
        end = first + newlines(plain)
        plain = plain "code" substr("\n\n\n\n\n\n", 1, newlines(code))
        gsub(/\n */, " ", code)
        print end " code " code
    }
    return plain text
}

# Prints what follows PATTERN in TEXT, up to one of the characters in ENDS.
function targets(text, pattern, ends,   before, target)
{
    while (match(text, pattern)) {
        before = before substr(text, 1, RSTART + RLENGTH - 1)
        text = substr(text, RSTART + RLENGTH)
        target = text
        sub(ends, "", target)
        print first + newlines(before) " link " target
    }
}

function paragraph(   plain)
{
    plain = without_code(text)
    gsub(/<!--[^>]*-->/, "", plain)
    targets(plain, "\\]\\(", "[ )\n].*")
    targets(plain, "\n\\[[^]\n]*\\]: +", "[ \n].*")
    targets(plain, "(src|href)=\"", "\".*")
    text = ""
}

/^ *$/ { paragraph(); next }
text == "" { first = NR - 1 } # a line before it, for what begins with "\n"
{ text = text "\n" $0 }
END { paragraph() }
