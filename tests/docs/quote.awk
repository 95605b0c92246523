# SPDX-License-Identifier: MIT
# quote.awk - whether a page quotes a source file word for word
#
# Usage: awk -f quote.awk QUOTE SOURCE
#
# The quote may be indented less than the source, all of it alike; a line that is
# only "..." stands for any number of lines. Prints nothing, or "LINE TEXT" for
# the first line of the quote that is not in the source there.

# How many lines of the quote are in the source, behind MORE.
function lines_there(more,   i, text, at, found)
{
    at = found = 1
    text = "\n"
    for (i = 1; i <= lines; i++)
        if (quote[i] ~ /^ *\.\.\. *$/) {
            at += found + length(text) - 2
            found = 1
            text = "\n"
        } else {
            text = text (quote[i] == "" ? "" : more quote[i]) "\n"
            found = index(substr(source, at), text)
            if (!found)
                return i - 1
        }
    return lines
}

{ sub(/[ \t]+$/, "") }
NR == FNR { quote[++lines] = $0; next }
{ source = source "\n" $0 }

END {
    source = source "\n"
    for (more = ""; length(more) <= 12 && there < lines; more = more " ") {
        count = lines_there(more)
        if (count > there)
            there = count
    }
    if (lines == 0)
        print 1 " the quote is empty"
    else if (there < lines)
        print there + 1 " the source has no such line there: " quote[there + 1]
}
