# SPDX-License-Identifier: MIT
# words.awk - finds words that the project does not use, and says what to write
#
# Usage: awk -f words.awk TEXT...
#
# Prints "FILE:LINE: TEXT" for each. Names of a source, as so_it_is, do not count.

# A word begins and ends at anything but a letter: not every awk knows \<.
function avoid(pattern, advice)
{
    wrong[++rules] = pattern
    instead[rules] = advice
}

BEGIN {
    avoid("in place of", "instead of")
    avoid("for ever", "forever")
    avoid("shall", "must, or the present tense")
    avoid("dearer", "costs more")
    avoid("anew", "again")
    avoid("mends?", "repair")
    avoid("stands? (alone|in|open)", "say what it does, or is")
    avoid("who (wants|changes|sends|finds|writes)", "name the actor")
    avoid("so it should be", "as expected")
}

FNR == 1 { before = " " }

{
    text = $0
    gsub(/[A-Za-z0-9]*_[A-Za-z0-9_]*/, "NAME", text)
    text = tolower(text)
    gsub(/[^a-z]+/, " ", text)
    sub(/^ /, "", text)
    sub(/ $/, "", text)
    text = before text " " # with the end of the line before
    for (i = 1; i <= rules; i++)
        if (match(text, " " wrong[i] " ") &&
            RSTART + RLENGTH - 1 > length(before))
            print FILENAME ":" FNR ": \"" substr(text, RSTART + 1, RLENGTH - 2) \
                "\": write plainly: " instead[i]
    words = split(text, word, " ")
    before = " "
    for (i = words > 3 ? words - 2 : 1; i <= words; i++)
        before = before word[i] " "
}
