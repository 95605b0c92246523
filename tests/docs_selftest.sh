#!/bin/sh
# SPDX-License-Identifier: MIT
# docs_selftest.sh - whether tests/docs.sh finds what is wrong
#
# Usage: sh tests/docs_selftest.sh [BUILD_FOLDER]
#
# In a copy of the project, with a page that lies in all ways. That nothing is
# wrong with pages that tell the truth is what docs.sh says of the project's.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
copy="$scratch/with a blank"
mkdir -p "$copy/docs/pictures" "$copy/installed/docs"
cd "$project"
cp -R CMakeLists.txt LICENSE common demos tests "$copy"
cp docs/CMakeLists.txt docs/man.awk docs/man.cmake docs/*.sh "$copy/docs"
cd "$copy"
unset DEMOS
# an installation within the project does not count
echo 'A [link](nowhere.md)' >installed/docs/page.md

# The page that lies: a row for each part of it. The fields: what block it is, with
# its comment, or prose; its lines; and the mistake, if it is another one than
# that the program printed something else.
cat >lies <<'END'
prose @ # A page that lies @ too long sentences: see docs/sentences.sh
console @ $ ./demo_pipe --seed=1 make this 2>/dev/null\nmakethis
console @ $ ./demo_pipe --seed=1 -- a 2>&1\na\ndemo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 2)
console @ $ seq 5\n...\n3
console @ $ seq 5\n...\n$ seq 2\n1
console order varies @ $ seq 2\n2
console order varies @ $ seq 2\n2\n3\n1
console numbers vary @ $ echo one 2; echo many\nmany\none 2
console output varies @ $ ./demo_pipe --broken\nmakeThis\ndemo_pipe: guarantee held: 4 of 4 filters saw end-of-file
sh @ ./demo_nothing @ the shell cannot run a command before its line end
sh @ # and a command of two lines\n\n./demo_pipe \\n    --nonsense @ a command was used wrongly before line end
console @ $ (exit 139)\n... @ a command crashed: exit status 139
console @ $ exit 1 @ the shell did not come to the end
console @ ./demo_pipe @ docs/WRITING.md has no such block: "console"
console not run: @ $ ./demo_pipe @ docs/WRITING.md has no such block: "console not run:"
console not run: it would not work @ $ true\n$ ./demo_pipe --nonsense @ there is no such option: demo_pipe --nonsense
 @ anything @ docs/WRITING.md has no such block: ""
prose @ - ```text @ a block begins with ``` in a line of its own, or is not checked
text @ $ ./demo_pipe @ docs/WRITING.md has no such block: "text"
c @ return 0; @ docs/WRITING.md has no such block: "c"
c from demos/demo_pipe.c @ {\n...\n        if (pipes[i][0] != in)\n        return 42; @ this is not in demos/demo_pipe.c
c from demos/demo_pipe.c @ for (int i = 0; i < FILTERS; i++) {\nif (pipes[i][0] != in) @ this is not in demos/demo_pipe.c
c from demos/demo_pipe.c @ {\n...\n/* SPDX-License-Identifier: MIT */ @ this is not in demos/demo_pipe.c
c from demos/gone.c @ return 0; @ it quotes a file that is not there: demos/gone.c
prose @ A link\nthat [goes](../demos/gone.md) nowhere, and one that [does not](../demos). @ the link leads nowhere: ../demos/gone.md
prose @ [Out](../../../../../../../../etc/passwd) `[within](code.md)` @ the link leads nowhere: ../../../../../../../../etc/passwd
prose @ [Gone](#gone), and [to the top](lie.md#a-page-that-lies). @ no heading has this anchor: docs/lie.md#gone
prose @ ![A picture](x.svg) @ the picture is in neither docs/pictures nor docs/sketches: x.svg
prose @ That is\n`demo_pipe --slots`. @ there is no such option: demo_pipe --slots
prose @ That is `demo_pipe\n--slots`. @ there is no such option: demo_pipe --slots
prose @ <!-- not ours: pthread_gone -->\nSee `pthread_gone` and `long_gone()`. @ no source has this name: long_gone
prose @ See `demos/gone.c`. @ there is no such file: demos/gone.c
prose @ A sentence with a word that stands\nalone. @ "stands alone": write plainly: say what it does, or is
prose @ | short | 12345678901234567890123456789012345678901234567890123456789012345678901234567890 | @ this cell has 80 characters, and not up to 72
prose @ LONG @ this line has 171 columns, and not up to 120
prose @ LONG @ this line has 171 columns, and not up to 120
diff change to demos/demo_semaphore.c @ HEAD\n@@ -1 +1 @@\n-not there\n+more\n```\n\n```console\n$ true @ the change does not fit to demos/demo_semaphore.c
diff change to demos/demo_semaphore.c @ HEAD\n@@ -1,2 +1,2 @@\n-/* SPDX-License-Identifier: MIT */\n+no C\n /* demo_semaphore - a semaphore counts free slots: threads wait while it is 0\n```\n\n```console\n$ true @ with the change demo_semaphore cannot be built
diff change to demos/demo_semaphore.c @ HEAD @ no console block after this runs the change
diff @ +more @ docs/WRITING.md has no such block: "diff"
prose @ ```text @ the block does not end
END
awk -F ' @ ' '
    BEGIN {
        long = "This sentence goes on"
        for (i = 0; i < 25; i++)
            long = long ", more"
    }
    {
        text = $2
        gsub(/\\n/, "\n", text)
        sub(/LONG/, long, text)
        sub(/HEAD/, "--- a/demos/demo_semaphore.c\n+++ b/demos/demo_semaphore.c", text)
        language = note = $1
        sub(/ .*/, "", language)
        if ($1 != "prose")
            text = "```" language "\n" text "\n```"
        if (sub(/^[a-z]+ /, "", note))
            text = "<!-- " note " -->\n" text
        print text "\n" >"docs/lie.md"
        print "docs/lie.md: " ($3 ? $3 : "the program printed something else")
    }' lies >wanted

# All pages: so the pictures, too, which the copy draws as they are in "new", and
# the comments. Of the pictures that are in both places, one differs.
mkdir new
# shellcheck disable=SC2016 # for that script to expand
echo 'cp new/* "$2"' >docs/render.sh
printf "<text class='%s'>%s</text>\n" big '2 s' lane 'worker 0' lane 'worker 1' >new/same.svg
cp new/same.svg new/new.svg
cp new/same.svg new/old.svg
cp new/same.svg docs/pictures/gone.svg
cp new/same.svg docs/x.svg
sed 's/2 s/9 s/' new/same.svg >docs/pictures/same.svg
sed 's/worker 1/worker 2/' new/same.svg >docs/pictures/old.svg
echo '/* A comment that stands alone. */' >demos/lie.c
{
    echo 'demos/lie.c: "stands alone": write plainly: say what it does, or is'
    cat wanted
    for name in gone new old; do
        echo "docs/pictures/$name.svg: docs/render.sh draws something else"
    done
} >expected
sh tests/docs.sh "$build" >output 2>&1 || true
# in their order, and no others
grep '^[A-Za-z/_.]*:[0-9]*: ' output | sort -t : -k 1,1 -k 2,2n | sed 's/:[0-9]*//' >said || true
diff expected said || wrong "these are not the mistakes that it should find"

# A lie in the header of a source.
sed 's/ \* .*HELD  4 of 4/ *        HELD  5 of 4/' "$project/demos/demo_pipe.c" \
    >demos/demo_pipe.c
for status in 1 0; do # filled in the second time
    got=0
    sh docs/headers.sh --check "$build" demos/demo_pipe.c >output 2>&1 || got=$?
    [ $got -eq $status ] || [ $got -eq 77 ] || wrong "headers.sh: $got, not $status:
$(cat output)"
    sh docs/headers.sh "$build" demos/demo_pipe.c >output 2>&1 || true
done

[ $failures -eq 0 ]
