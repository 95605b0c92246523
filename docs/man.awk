# SPDX-License-Identifier: MIT
# man.awk - makes a man page of what a program says with --help
#
#   demo_mutex --help | awk -v version=0.1.0 -v also="demo_shm" -f man.awk
#
# So the two cannot disagree. It wants the form that common/demo.c gives it: a
# line of usage; paragraphs; headings with entries under them, that is a line
# two blanks to the right, and its further lines more to the right; and at the
# end a paragraph again. Without that form it fails. "also" are the programs
# with a page of their own. The page has no date, so that it can be built again.

# Without these roff would make typographic signs, or take a line for a request.
function escaped(text)
{
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/'/, "\\(aq", text)
    gsub(/"/, "\\(dq", text)
    gsub(/`/, "\\(ga", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    return text ~ /^\./ ? "\\&" text : text
}

function section(name)
{
    print ".SH " name
    filled = 0
}

# Begins what is set apart from the text before it, if there is any.
function paragraph()
{
    if (filled)
        print ".PP"
    filled = 1
}

# The page's name is the first sentence, without its capital and its full stop.
function print_name(    sentence)
{
    sentence = description
    gsub(/\n/, " ", sentence)
    sub(/\. .*/, "", sentence)
    sub(/\.$/, "", sentence)
    sentence = tolower(substr(sentence, 1, 1)) substr(sentence, 2)
    section("NAME")
    print escaped(program " - " sentence)
}

function print_synopsis(    operands)
{
    operands = escaped(usage)
    gsub(/[A-Z]+/, "\\fI&\\fR", operands)
    section("SYNOPSIS")
    print "\\fB" escaped(program) "\\fR " operands
}

# An entry is an option, a command or a number, and what it means.
function print_entry(line,    at, label, value, text)
{
    sub(/^  /, "", line)
    at = line ~ /^--/ ? match(line, / +/) : match(line, /   */)
    label = at ? substr(line, 1, at - 1) : line
    text = at ? substr(line, at + RLENGTH) : ""
    at = label ~ /^--[^ ]+$/ ? index(label, "=") : 0
    value = at ? substr(label, at + 1) : ""
    if (at)
        label = substr(label, 1, at - 1)
    print ".TP"
    print "\\fB" escaped(label) "\\fR" (at ? "=\\fI" escaped(value) "\\fR" : "")
    if (text != "")
        print escaped(text)
    filled = 1
}

function fail(why)
{
    printf "man.awk: %s: %s\n", program ? program : "no program", why \
        >"/dev/stderr"
    failed = 1
    exit 1
}

NR == 1 {
    if ($1 != "Usage:" || NF < 2)
        fail("the first line is not one of usage")
    program = $2
    usage = $0
    sub(/^Usage: *[^ ]+ */, "", usage)
    print ".TH " escaped(toupper(program)) " 1 \"\" \"nine_mechanisms " \
        version "\" \"Nine mechanisms\""
    print ".nh" # what a program says is not for hyphenation,
    print ".ad l" # nor for wide gaps
    next
}

# NAME wants the first paragraph as a whole.
!described {
    if ($0 != "")
        description = description (description != "" ? "\n" : "") $0
    else if (description != "") {
        print_name()
        print_synopsis()
        section("DESCRIPTION")
        paragraph()
        number = split(description, lines, "\n")
        for (i = 1; i <= number; i++)
            print escaped(lines[i])
        described = after_blank = 1
    }
    next
}

/^$/ {
    after_blank = 1
    next
}

/^[^ ].*:$/ && after_blank {
    heading = $0
    sub(/:$/, "", heading)
    entries = 1
    after_blank = 0
    if (heading ~ /^Options/) {
        if (!options)
            section("OPTIONS")
        options = 1
        print ".SS " escaped(heading)
        filled = 0
    } else
        section(escaped(toupper(heading)))
    next
}

/^  [^ ]/ {
    print_entry($0)
    after_blank = 0
    next
}

/^ / { # goes on with an entry
    sub(/^ +/, "")
    print escaped($0)
    next
}

{
    if (entries && after_blank) {
        section("NOTES")
        entries = 0
    }
    if (after_blank)
        paragraph()
    after_blank = 0
    print escaped($0)
}

END {
    if (failed)
        exit 1
    if (!described || !options)
        fail("there is no description, or there are no options")
    number = split(also, others, " ")
    list = ""
    for (i = 1; i <= number; i++)
        if (others[i] != program)
            list = list (list != "" ? ",\n" : "") \
                "\\fB" escaped(others[i]) "\\fR(1)"
    if (list != "") {
        section("SEE ALSO")
        print list
    }
}
