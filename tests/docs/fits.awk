# SPDX-License-Identifier: MIT
# fits.awk - the function that compares texts with gaps

# Whether TEXT is what PATTERN has, whose lines "..." (behind a number) stand for any number of
# lines. Both begin and end with a newline.
function fits(pattern, text,   count, part, i, at)
{
    count = split(pattern, part, /\n([0-9 ]*\.\.\. *\n)+/)
    for (i = 1; i <= count; i++) {
        pattern = (i > 1 ? "\n" : "") part[i] (i < count ? "\n" : "")
        at = i < count ? index(text, pattern) : length(text) - length(pattern) + 1
        if (at < 1 || (i == 1 && at != 1) ||
            substr(text, at, length(pattern)) != pattern)
            return 0
        text = substr(text, at + length(pattern) - 1)
    }
    return 1
}
