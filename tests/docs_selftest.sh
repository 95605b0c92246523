#!/bin/sh
# SPDX-License-Identifier: MIT
# docs_selftest.sh - whether tests/docs.sh finds what is wrong
#
# Usage: sh tests/docs_selftest.sh [BUILD_FOLDER]
#
# In a copy of the project, with a page that lies in all ways. That nothing is wrong with pages that
# tell the truth is what docs.sh says of the project's.
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

# The page that lies: a row for each part of it. The fields: what block it is, with its comment, or
# prose; its lines; and the mistake, if it is another one than that the program printed something
# else.
cat >lies <<'END'
prose @ # A page that lies\n\nOne. Two. Three. @ too long sentences: see docs/sentences.sh
console @ $ ./demo_pipe --seed=1 make this 2>/dev/null\nmakethis
console @ $ seq 5\n...\n3
console order varies @ $ seq 2\n2\n3\n1
console numbers vary @ $ echo one 2; echo many\nmany\none 2
console output varies @ $ ./demo_pipe --broken\nmakeThis\ndemo_pipe: guarantee held: 4 of 4 filters saw end-of-file
sh @ ./demo_nothing @ the shell cannot run a command before its line end
sh @ # and a command of two lines\n\n./demo_pipe \\n    --nonsense @ a command was used wrongly before line end
console @ $ (exit 139)\n... @ a command crashed: exit status 139
console @ $ exit 1 @ the shell did not come to the end
console @ ./demo_pipe @ docs/WRITING.md has no such block: "console"
console not run: it would not work @ $ true\n$ ./demo_pipe --nonsense @ there is no such option: demo_pipe --nonsense
c from demos/demo_pipe.c @ for (int i = 0; i < FILTERS; i++) {\nif (pipes[i][0] != used_in) @ this is not in demos/demo_pipe.c
c from demos/demo_pipe.c @ {\n...\n/* SPDX-License-Identifier: MIT */ @ this is not in demos/demo_pipe.c
prose @ A link\nthat [goes](../demos/gone.md) nowhere, and one that [does not](../demos). @ the link leads nowhere: ../demos/gone.md
prose @ [Gone](#gone), and [to the top](lie.md#a-page-that-lies). @ no heading has this anchor: docs/lie.md#gone
prose @ ![A picture](x.svg) @ the picture is in neither docs/pictures nor docs/sketches: x.svg
prose @ That is `demo_pipe\n--slots`. @ there is no such option: demo_pipe --slots
prose @ <!-- not ours: pthread_gone -->\nSee `pthread_gone` and `long_gone()`. @ no source has this name: long_gone
prose @ See `demos/gone.c`. @ there is no such file: demos/gone.c
prose @ A sentence with a word that stands\nREFUSED. @ write this plainly: stands REFUSED
prose @ | short | 12345678901234567890123456789012345678901234567890123456789012345678901234567890 | @ this cell has more than 72 characters
prose @ LONG @ this line has more than 120 columns
prose @ LONG @ this line has more than 120 columns
diff change to demos/demo_semaphore.c @ HEAD\n@@ -1 +1 @@\n-not there\n+more\n```\n\n```console\n$ true @ the change does not fit to demos/demo_semaphore.c
diff change to demos/demo_semaphore.c @ HEAD\n@@ -1,2 +1,2 @@\n-/* SPDX-License-Identifier: MIT */\n+no C\n /* demo_semaphore - a semaphore counts free slots: threads wait while it is 0\n```\n\n```console\n$ true @ with the change demo_semaphore cannot be built
diff change to demos/demo_semaphore.c @ HEAD @ no console block after this runs the change
prose @ ```text @ the block does not end
END
refused=alone # after "stands"; the two are not together here, or this file would have them
awk -F ' @ ' -v refused=$refused '
    BEGIN {
        long = "This sentence goes on"
        for (i = 0; i < 25; i++)
            long = long ", more"
    }
    {
        gsub(/REFUSED/, refused)
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

# All pages: so the pictures, too, which the copy draws as they are in "new", and the comments. Of
# the pictures that are in both places, one differs.
mkdir new
# shellcheck disable=SC2016 # for that script to expand
echo 'cp new/* "$2"' >docs/render.sh
printf "<text class='%s'>%s</text>\n" big '2 s' lane 'worker 0' lane 'worker 1' |
    tee new/same.svg new/new.svg new/old.svg docs/pictures/gone.svg >docs/x.svg
sed 's/2 s/9 s/' new/same.svg >docs/pictures/same.svg
sed 's/worker 1/worker 2/' new/same.svg >docs/pictures/old.svg
for name in gone new old; do
    echo "docs/pictures/$name.svg: docs/render.sh draws something else"
done >>wanted
echo "/* A comment that stands $refused. */" >demos/lie.c
echo "demos/lie.c: write this plainly: stands $refused" >>wanted
sh tests/docs.sh "$build" >output 2>&1 || true
sed -n 's/^\([A-Za-z/_.]*:\)[0-9]*: /\1 /p' output | sort >said
sort wanted | diff - said || wrong "these are not the mistakes that it should find"

# A lie in the header of a source, which is filled in.
sed 's/ \* .*HELD  4 of 4/ *        HELD  5 of 4/' "$project/demos/demo_pipe.c" >demos/demo_pipe.c
got="$(for option in --check '' --check; do
    # shellcheck disable=SC2086 # one option or none
    sh docs/headers.sh $option "$build" demos/demo_pipe.c >output 2>&1 && echo 0 || echo $?
done | xargs)"
[ "$got" = "1 0 0" ] || [ "$got" = "77 77 77" ] || wrong "headers.sh: $got: $(cat output)"
[ $failures -eq 0 ]
