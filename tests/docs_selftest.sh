#!/bin/sh
# SPDX-License-Identifier: MIT
# docs_selftest.sh - whether tests/docs.sh finds what is wrong, and nothing else
#
# Usage: sh tests/docs_selftest.sh [BUILD_FOLDER]
#
# In a copy of the project: a page that lies in all ways, and tells the truth
# between them. That nothing is wrong with pages that do is what docs.sh itself
# has to say of the project's.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
copy="$scratch/with a blank"
mkdir -p "$copy/docs/pictures"
cd "$project"
cp -R CMakeLists.txt LICENSE common demos tests "$copy"
cp docs/CMakeLists.txt docs/man.awk docs/man.cmake docs/*.sh "$copy/docs"
cd "$copy"
unset DEMOS
echo '# Nothing' >docs/README.md

# check [PAGE]: leaves in "output" what tests/docs.sh says, in "said" the mistakes
# in their order
check()
{
    sh tests/docs.sh "$build" "$@" >output 2>&1 || true
    grep '^[A-Za-z/_.]*:[0-9]*: ' output | sort -t : -k 1,1 -k 2,2n >said || true
}

# expect <LINES: what was found begins with them
expect()
{
    awk '
        NR == FNR { wanted[++count] = $0; next }
        { found[FNR] = $0 }
        END {
            for (i = 1; i <= count || i in found; i++)
                if (!(i in wanted) || index(found[i], wanted[i]) != 1)
                    print "expected: " wanted[i] "\n   found: " found[i]
        }' - said >differences
    [ ! -s differences ] || wrong "$(cat differences)"
}

# shows TEXT: below a mistake
shows()
{
    grep -qxFe "    $1" output || wrong "it does not show: $1"
}

# The page that lies: a row for each part of it, and an empty line after each. The
# fields: the line of the part in which the mistake is ("-": there is none); what
# block the part is, with its comment, or prose; its lines; and the mistake, if it
# is another one than that the program printed something else.
cat >lies <<'END'
1 @ prose @ # A page that lies @ its sentences are too long
2 @ console @ $ ./demo_pipe --seed=1 make this 2>/dev/null\nmakethis
3 @ console @ $ true\n$ echo it does not say this
- @ console @ $ ./demo_pipe -- a 2>&1\na\ndemo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 1)
2 @ console @ $ ./demo_pipe --seed=1 -- a 2>&1\na\ndemo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 2)
- @ console @ $ seq 5\n...\n3\n...
2 @ console @ $ seq 5\n...\n3
- @ console order varies @ $ seq 2\n2\n1
3 @ console order varies @ $ seq 2\n2
3 @ console order varies @ $ seq 2\n2\n3\n1
- @ console numbers vary @ $ echo "the process $$ of many"\nthe process 4711 of many
3 @ console numbers vary @ $ echo one 2; echo many\nmany\none 2
3 @ console output varies @ $ ./demo_pipe --broken\nmakeThis\ndemo_pipe: guarantee held: 4 of 4 filters saw end-of-file
2 @ sh @ ./demo_nothing @ the shell cannot run this
4 @ sh @ # and a command of two lines\n\n./demo_pipe \\n    --nonsense @ wrong usage: demo_pipe
2 @ console @ $ (exit 139)\n... @ it crashed: exit status 139
3 @ console @ $ true\n$ exit 1 @ the shell did not come to the end of this command
2 @ console @ ./demo_pipe @ the block does not begin with a command
2 @ console not run: @ $ ./demo_pipe @ docs/WRITING.md has no such comment
4 @ console not run: it would not work @ $ true\n$ ./demo_pipe --nonsense @ there is no such option: demo_pipe --nonsense
1 @  @ anything @ docs/WRITING.md has no blocks of ''
1 @ prose @ - ```text @ a block begins with ``` in a line of its own
1 @ text @ $ ./demo_pipe @ a session belongs into a console block
1 @ c @ return 0; @ C wants <!-- from FILE -->
6 @ c from demos/demo_pipe.c @ {\n...\n        if (pipes[i][0] != in)\n        return 42; @ not in demos/demo_pipe.c: the source has
4 @ c from demos/demo_pipe.c @ for (int i = 0; i < FILTERS; i++) {\nif (pipes[i][0] != in) @ not in demos/demo_pipe.c: the source has
5 @ c from demos/demo_pipe.c @ {\n...\n/* SPDX-License-Identifier: MIT */ @ not in demos/demo_pipe.c: the source has
2 @ c from demos/gone.c @ return 0; @ it quotes a file that is not there: demos/gone.c
2 @ prose @ A link\nthat [goes](../demos/gone.md) nowhere, and one that [does not](../demos). @ the link leads nowhere: ../demos/gone.md
1 @ prose @ [Out](../../../../../../../../etc/passwd) `[within](code.md)` @ the link leads nowhere: ../../../../../../../../etc/passwd
1 @ prose @ [Gone](#gone), and [to the top](lie.md#a-page-that-lies). @ the page has no heading for this anchor: #gone
1 @ prose @ ![A picture](x.svg) @ the picture is in neither docs/pictures nor docs/sketches: x.svg
1 @ prose @ [Old](ftp://old) @ the link leads nowhere: ftp://old
2 @ prose @ That is\n`demo_pipe --slots`. @ there is no such option: demo_pipe --slots
2 @ prose @ That is `demo_pipe\n--slots`. @ there is no such option: demo_pipe --slots
1 @ prose @ See `long_gone()`. @ no source has this name: long_gone
- @ prose @ <!-- not ours: pthread_gone -->\nThere is `pthread_gone`, which is not ours.
1 @ prose @ See `demos/gone.c`. @ there is no such file: demos/gone.c
2 @ prose @ A sentence with a word that stands\nalone. @ "stands alone": write plainly: say what it does, or is
1 @ prose @ | short | 12345678901234567890123456789012345678901234567890123456789012345678901234567890 | @ this cell has 80 characters
1 @ prose @ LONG @ this line has 171 columns, and not up to 120
1 @ prose @ LONG @ this line has 171 columns, and not up to 120
2 @ diff change to demos/demo_semaphore.c @ HEAD\n@@ -1 +1 @@\n-not there\n+more @ the change does not fit to demos/demo_semaphore.c
- @ console @ $ ./demo_semaphore --help\n...
2 @ diff change to demos/demo_semaphore.c @ HEAD\n@@ -1 +1 @@\n-/* SPDX-License-Identifier: MIT */\n+no C @ with the change demo_semaphore cannot be built
- @ console @ $ ./demo_semaphore --help\n...
2 @ diff change to demos/demo_semaphore.c @ HEAD @ no console block after this runs the change
1 @ diff @ +more @ a diff wants <!-- change to demos/demo_X.c -->
1 @ prose @ ```text @ the block does not end
END
awk -F ' @ ' '
    BEGIN { long = "This sentence goes on" }
    BEGIN { for (i = 0; i < 25; i++) long = long ", more" }
    {
        text = $3
        gsub(/\\n/, "\n", text)
        sub(/LONG/, long, text)
        sub(/HEAD/, "--- a/demos/demo_semaphore.c\n+++ b/demos/demo_semaphore.c", text)
        language = note = $2
        sub(/ .*/, "", language)
        if ($2 != "prose")
            text = "```" language "\n" text "\n```"
        if (sub(/^[a-z]+ /, "", note))
            text = "<!-- " note " -->\n" text
        print text "\n" >"docs/lie.md"
        if ($1 != "-")
            print "docs/lie.md:" line + $1 ": " \
                ($4 ? $4 : "the program printed something else") >"wanted"
        line += split(text, part, "\n") + 1
    }' lies
echo '<svg/>' >docs/x.svg
check docs/lie.md
expect <wanted
shows '-makethis' # on the page
shows '+makeThis'

rm docs/lie.md docs/x.svg

# All pages: an installation within the project has some that do not count. The
# pictures: the copy draws what the test hands to it. A number may differ.
mkdir -p installed/docs new
echo 'A [link](nowhere.md)' >installed/docs/page.md
# shellcheck disable=SC2016 # for that script to expand
echo 'mkdir -p "$2" && cp new/* "$2"' >docs/render.sh
cat >new/one.svg <<'END'
<svg><title>one</title>
<text class='big end' x='1'>most at once: 3</text>
<text class='end' x='1'>worker 0</text>
<path/><text class='tick'>2 s</text>
</svg>
END
cp new/one.svg new/old.svg
cp new/one.svg new/new.svg
sed -e 's/once: 3/once: 7/' -e 's/2 s/9 s/' new/one.svg >docs/pictures/one.svg
{
    cat new/one.svg
    echo "<text class='end' x='1'>worker 1</text>"
} >docs/pictures/old.svg
cp new/one.svg docs/pictures/two.svg
echo '/* A comment that stands alone. */' >demos/lie.c
check
expect <<'END'
demos/lie.c:1: "stands alone": write plainly: say what it does, or is
docs/pictures/new.svg:1: docs/render.sh draws it, and it is not there
docs/pictures/old.svg:1: it is old
docs/pictures/two.svg:1: docs/render.sh does not draw it
END
shows '-lane: worker 1'

rm demos/lie.c
echo 'echo no such demo; exit 1' >docs/render.sh
check
expect <<'END'
docs/render.sh:1: it failed
END
shows 'no such demo'

# The runs in a source's header: a lie is found, and the truth is filled in.
sed 's/ \* .*HELD  4 of 4/ *        HELD  5 of 4/' "$project/demos/demo_pipe.c" \
    >demos/demo_pipe.c
for run in '1 --check' '0' '0 --check'; do
    status=0
    # shellcheck disable=SC2086 # one or none
    sh docs/headers.sh ${run#?} "$build" demos/demo_pipe.c >output 2>&1 ||
        status=$?
    [ $status -eq "${run%% *}" ] || [ $status -eq 77 ] ||
        wrong "headers.sh ${run#?}: status $status, not ${run%% *}:
$(cat output)"
done

echo "docs.sh: $failures mistakes that it does not find, or makes"
[ $failures -eq 0 ]
