# SPDX-License-Identifier: MIT
# quote.awk - whether a page quotes a source file word for word
#
# Usage: awk -f quote.awk QUOTE SOURCE
#
# The quote may be indented less or more than the source, all of it alike; a
# line that is only "..." stands for any number of lines. Prints nothing, or
# LINE TEXT for the first line of the quote that is not in the source there.

function is_gap(line)
{
    return line ~ /^ *\.\.\. *$/
}

# How many spaces TEXT begins with.
function indentation(text)
{
    match(text, /^ */)
    return RLENGTH
}

function trimmed(text)
{
    return substr(text, indentation(text) + 1)
}

# Whether line I of the quote is line K of the source, moved by MORE spaces.
function same(i, k, more)
{
    if (quote[i] == "" || source[k] == "")
        return quote[i] == source[k]
    return indentation(source[k]) == indentation(quote[i]) + more &&
        trimmed(source[k]) == trimmed(quote[i])
}

# How many lines from I on, up to a gap, are those from K on.
function run(i, k, more,   count)
{
    while (i + count <= quotes && !is_gap(quote[i + count]) &&
           k + count <= sources && same(i + count, k + count, more))
        count++
    if (i + count > reached) {
        reached = i + count
        reached_at = k + count
    }
    return count
}

# How many lines there are from I on up to a gap.
function length_of(i,   count)
{
    while (i + count <= quotes && !is_gap(quote[i + count]))
        count++
    return count
}

# Whether the quote is there if its first line is the source's line K.
function begins_at(first, k,   i, more, count)
{
    more = indentation(source[k]) - indentation(quote[first])
    i = first
    count = length_of(i)
    if (run(i, k, more) < count)
        return 0
    for (;;) {
        i += count
        k += count
        while (i <= quotes && (is_gap(quote[i]) || quote[i] == ""))
            i++
        if (i > quotes)
            return 1
        count = length_of(i)
        while (k <= sources && run(i, k, more) < count)
            k++
        if (k > sources)
            return 0
    }
}

{ sub(/[ \t]+$/, "") }
NR == FNR { quote[++quotes] = $0; next }
{ source[++sources] = $0 }

END {
    for (first = 1; first <= quotes; first++)
        if (!is_gap(quote[first]) && quote[first] != "")
            break
    if (first > quotes) {
        print 1 " the quote is empty"
        exit
    }
    reached = first
    for (k = 1; k <= sources; k++)
        if (begins_at(first, k))
            exit
    print reached " the source has no such line there"
    print "    the page:   " quote[reached]
    if (reached > first)
        print "    the source: " source[reached_at]
}
