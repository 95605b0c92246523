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

# A line "! TEXT" is not on the page: TEXT is what is wrong in the line below.
cat >lies <<'END_OF_LIES'
! its sentences are too long
# A page that lies

This sentence goes on and on, and adds one more thing, and another,
and one that was left out before, and still it has not come to its end.
This sentence goes on and on, and adds one more thing, and another,
and one that was left out before, and still it has not come to its end.

```console
$ true
! the program printed something else
$ ./demo_pipe --seed=1 make this
makethis
demo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 1)

! the program printed something else
$ ./demo_pipe --seed=1 -- a 2>&1 | sed 's/.*(//'
a
seed 2)
$ printf '%s\n' 1 2 3 4 5
...
3
...
! the program printed something else
$ printf '%s\n' 1 2 3 4 5
...
3
```
<!-- order varies -->
```console
! the program printed something else
$ printf '%s\n' 1 2
2
$ printf '%s\n' 1 2
2
1
! the program printed something else
$ printf '%s\n' 1 2
2
3
1
```
<!-- numbers vary -->
```console
$ echo "the process $$ of many"
the process 4711 of many
! the program printed something else
$ printf '%s\n' 1 2 many
many
2
1
```
<!-- output varies -->
```console
! the program printed something else
$ ./demo_pipe --broken
makeThisSentenceCamelcase
demo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 1)
```
```sh
! the shell cannot run this
./demo_nothing
# and a command of two lines
! wrong usage: demo_pipe
./demo_pipe \
    --nonsense
```
```console
! it crashed: exit status 139
$ sh -c 'kill -SEGV $$'; (exit 139)
...
! the shell did not come to the end of this command
$ exit 1
```
```console
! the block does not begin with a command
./demo_pipe
```
<!-- not run: -->
! docs/WRITING.md has no such comment
```console
$ ./demo_pipe
```
<!-- not run: it would not work -->
```console
! there is no such option: demo_pipe --nonsense
$ ./demo_pipe --nonsense
```
! docs/WRITING.md has no blocks of ''
```
anything
```
! a block begins with ``` in a line of its own
- ```text

! a session belongs into a console block
```text
$ ./demo_pipe
```
! C wants <!-- from FILE -->
```c
return 0;
```
<!-- from demos/demo_pipe.c -->
```c
{
...
    for (int i = 0; i < FILTERS; i++) {
        if (pipes[i][0] != in)
! not in demos/demo_pipe.c: the source has no such line there:         return 42;
        return 42;
```
<!-- from demos/demo_pipe.c -->
```c
for (int i = 0; i < FILTERS; i++) {
! not in demos/demo_pipe.c: the source has no such line there: if
if (pipes[i][0] != in)
```
<!-- from demos/gone.c -->
! it quotes a file that is not there: demos/gone.c
```c
return 0;
```

A link
! the link leads nowhere: ../demos/gone.md
that [goes](../demos/gone.md) nowhere, and one that [does not](../demos).

! the link leads nowhere: ../../../../../../../../etc/passwd
[Out](../../../../../../../../etc/passwd) `[within](code.md)`

! the page has no heading for this anchor: #gone
[Gone](#gone), and [to the top](lie.md#a-page-that-lies).

! the picture is in neither docs/pictures nor docs/sketches: x.svg
![A picture](x.svg)

! the link leads nowhere: ftp://old
[Old](ftp://old)

That is
! there is no such option: demo_pipe --slots
`demo_pipe --slots`.

! no source has this name: long_gone
See `long_gone()`.

<!-- not ours: pthread_gone -->
There is `pthread_gone`, which is not ours.

! there is no such file: demos/gone.c
See `demos/gone.c`.

A sentence with a word that stands
! "stands alone": write plainly: say what it does, or is
alone.

| a | b |
|---|---|
! this cell has 80 characters, and not up to 72
| short | 12345678901234567890123456789012345678901234567890123456789012345678901234567890 |

! this line has 125 columns, and not up to 120
This line is wider than a terminal, even than a wide one: it goes on, and on, and on, and on, and on, and on, and on, and on.

<!-- change to demos/demo_semaphore.c -->
! the change does not fit to demos/demo_semaphore.c
```diff
--- a/demos/demo_semaphore.c
+++ b/demos/demo_semaphore.c
@@ -1,2 +1,2 @@
 static void *worker(void *context)
-    struct worker *you = context;
+    struct worker *them = context;
```
```console
$ ./demo_semaphore --help
...
```
<!-- change to demos/demo_semaphore.c -->
! with the change demo_semaphore cannot be built
```diff
--- a/demos/demo_semaphore.c
+++ b/demos/demo_semaphore.c
@@ -50,3 +50,3 @@
 {
-    CHECK(sem_wait(&free_slots)); /* sleeps while it is 0; then subtracts 1 */
+    this is no C
     use_resource(id);
```
```console
$ ./demo_semaphore --help
...
```
<!-- change to demos/demo_semaphore.c -->
! no console block after this runs the change
```diff
--- a/demos/demo_semaphore.c
+++ b/demos/demo_semaphore.c
```
! a diff wants <!-- change to demos/demo_X.c -->
```diff
+more
```
! the block does not end
```text
END_OF_LIES
sed '/^! /d' lies >docs/lie.md
echo '<svg/>' >docs/x.svg
check docs/lie.md
awk '/^! / { print "docs/lie.md:" line + 1 ": " substr($0, 3); next }
    { line++ }' lies >wanted
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
sed 's/worker 0/worker 1/' new/one.svg >docs/pictures/old.svg
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
