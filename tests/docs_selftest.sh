#!/bin/sh
# SPDX-License-Identifier: MIT
# docs_selftest.sh - whether tests/docs.sh finds what is wrong, and nothing else
#
# Usage: sh tests/docs_selftest.sh [BUILD_FOLDER]
#
# In a copy of the project: a page that tells the truth in all ways, and pages
# that lie in one.
set -eu

# shellcheck source=tests/support/scratch.sh
. "$(dirname -- "$0")/support/scratch.sh"
copy="$scratch/with a blank"
mkdir -p "$copy/docs/pictures"
cd "$project"
cp -R CMakeLists.txt README.md LICENSE common demos tests "$copy"
cp docs/CMakeLists.txt docs/man.awk docs/man.cmake docs/sentences.sh \
    "$copy/docs"
cd "$copy"
rm README.md
unset DEMOS
checks=0
checks_of_headers=

# check STATUS TEXT [PAGE]: tests/docs.sh ends so, and says this
check()
{
    expected=$1 text=$2
    shift 2
    checks=$((checks + 1))
    status=0
    sh tests/docs.sh "$build" "$@" >said 2>&1 || status=$?
    if [ $status -ne "$expected" ] || ! grep -qFe "$text" said; then
        wrong "expected status $expected and: $text"
        echo "status $status, and this:"
        sed 's/^/    /' said
    fi
}

# lie TEXT <PAGE: the page has one mistake, and the message has this
lie()
{
    {
        echo '# A page that lies'
        echo
        cat
    } >docs/lie.md
    check 1 "docs/lie.md:$1" docs/lie.md
    if [ "$(grep -c '^docs/lie.md:' said)" -ne 1 ]; then
        wrong "expected one mistake, $1; found:"
        sed 's/^/    /' said
    fi
    rm docs/lie.md
}

# says TEXT: the answer before shows this, too
says()
{
    checks=$((checks + 1))
    grep -qFe "$1" said && return
    wrong "the message does not show: $1"
    sed 's/^/    /' said
}

cat >docs/README.md <<'END'
# The truth, all of it

Here is a [link](../demos/demo_pipe.c), one [to below](#below---with-signs), one
to a [page's anchor](README.md#the-truth-all-of-it), one [to the
world](https://example.org/page), and `demo_pipe
--named` as well as `--speed`, `cmake --fresh`, `demos/parts/about.c`.

<!-- only an example: rwlock -->
A new file would be `demos/demo_rwlock.c`, and `demos/NAME.c` is none at all.

```console
$ ./demo_pipe --seed=1 make this camelCase
makeThisCamelcase
demo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 1)

$ echo one \
> two
one two
$ (exit 7)
$ echo $?
7
$ printf '%s\n' 1 2 3 4 5
...
3
...
```

<!-- order and numbers vary -->
```console
$ ./demo_mutex --writers=2
7 mu: writing to shared resource!
8 mu: writing to shared resource!
demo_mutex: guarantee held: 2 of 2 lines are intact (seed 48213)
```

<!-- output varies -->
```console
$ ./demo_signal --task=0 --seed=1; printf '%s\n' $$; echo $COLUMNS
12
Process finished...
demo_signal: guarantee held: the task finished within its deadline of 2 s (seed 9)
```

<!-- order varies -->
```console
$ printf '%s\n' 1 2 3
3
2
1
```

<!-- numbers vary -->
```console
$ echo "the process $$ of many"
the process 4711 of many
```

<!-- not run: nothing answers -->
```sh
./demo_socket --connect --port=7
```

```sh
# all of its lines are run
./demo_pipe --named >made && \
    test -s made
```

<!-- from demos/demo_pipe.c -->
```c
int main(int argc, char **argv)
{
    ...
}
```

<!-- not from the source: what one would like to write -->
```c
make_camel_case();
```

1. In a list:

   ```console
   $ echo "  indented"
     indented
   ```

<!-- change to demos/demo_semaphore.c -->
```diff
--- a/demos/demo_semaphore.c
+++ b/demos/demo_semaphore.c
@@ -50,6 +50,7 @@
 static void worker(int id)
 {
-    CHECK(sem_wait(&free_slots)); /* sleeps while it is 0; subtracts 1 */
+    if (id > 0)
+        CHECK(sem_wait(&free_slots));
     use_resource(id);
     CHECK(sem_post(&free_slots)); /* adds 1; wakes a worker that sleeps */
 }
```

<!-- output varies -->
```console
$ ./demo_semaphore --workers=2 --slots=1 --hold=1 --speed=2 --seed=0
1 starting critical section
demo_semaphore: guarantee VIOLATED: 2 workers were inside at once, but there is only 1 slot (seed 0)
```

```text
anything
```

## Below - with `signs`
END
check 0 ' 0 mistakes' docs/README.md

lie '5: the program printed something else' <<'END'
```console
$ true
$ ./demo_pipe --seed=1 make this
makethis
demo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 1)
```
END
says '    -makethis'
says '    +makeThis'

lie '4: the program printed something else' <<'END'
```console
$ ./demo_pipe --seed=1 -- a 2>&1 | sed 's/.*(//'
a
seed 2)
```
END

lie '5: the program printed other lines' <<'END'
<!-- order varies -->
```console
$ printf '%s\n' 1 2
2
```
END

lie '5: the program printed other lines' <<'END'
<!-- output varies -->
```console
$ ./demo_pipe --broken
makeThisSentenceCamelcase
demo_pipe: guarantee held: 4 of 4 filters saw end-of-file (seed 1)
```
END

lie '4: the shell cannot run this' <<'END'
```sh
./demo_nothing
```
END

lie '4: wrong usage: demo_pipe' <<'END'
```sh
./demo_pipe --nonsense
```
END

lie '4: it crashed: exit status 139' <<'END'
```console
$ sh -c 'kill -SEGV $$'; (exit 139)
...
```
END

lie '4: the block does not begin with a command' <<'END'
```console
./demo_pipe
```
END

lie '4: docs/WRITING.md has no such comment' <<'END'
<!-- not run: -->
```console
$ ./demo_pipe
```
END

lie '4: docs/WRITING.md has no such comment' <<'END'
<!-- order differs -->
```console
$ ./demo_pipe
```
END

lie '5: there is no such option: demo_pipe --nonsense' <<'END'
<!-- not run: it would not work -->
```console
$ ./demo_pipe --nonsense
```
END

lie '3: the block has no language' <<'END'
```
anything
```
END

lie '3: a session belongs into a console block' <<'END'
```text
$ ./demo_pipe
```
END

lie '3: the block does not end' <<'END'
```text
END

lie '4: C wants <!-- from FILE -->' <<'END'

```c
return 0;
```
END

lie '7: not in demos/demo_pipe.c: the source has no such line' <<'END'
<!-- from demos/demo_pipe.c -->
```c
int main(int argc, char **argv)
{
    return 42;
}
```
END
says '    the page:       return 42;'

lie '4: it quotes a file that is not there: demos/gone.c' <<'END'
<!-- from demos/gone.c -->
```c
return 0;
```
END

lie '4: the link leads nowhere: demos/gone.md' <<'END'
A link
that [goes](demos/gone.md) nowhere.
END

lie '3: the link leads nowhere: ../../outside.md' <<'END'
[Out](../../outside.md)
END

lie '3: the page has no heading for this anchor: README.md#gone' <<'END'
[Gone](README.md#gone)
END

echo '<svg/>' >docs/x.svg
lie '3: the picture is in neither docs/pictures nor docs/sketches: x.svg' <<'END'
![A picture](x.svg)
END

lie '4: there is no such option: demo_pipe --slots' <<'END'
That is
`demo_pipe --slots`.
END

lie '3: no source has this name: long_gone' <<'END'
See `long_gone()`, and `pthread_gone`, which is not ours.

<!-- not ours: pthread_gone -->
END

lie '4: "stands alone": write plainly: say what it does, or is' <<'END'
A sentence with a word that stands
alone.
END

# a page of ten long sentences
for _ in 1 2 3 4 5 6 7 8 9 10; do
    echo 'This sentence goes on and on, and adds one more thing, and another,'
    echo 'and one that was left out before, and still it has not come to its end.'
done >long
lie '1: its sentences are too long' <long

lie '5: this cell has 80 characters, and not up to 72' <<'END'
| a | b |
|---|---|
| short | 12345678901234567890123456789012345678901234567890123456789012345678901234567890 |
END

lie '3: this line has 125 columns, and not up to 120' <<'END'
This line is wider than a terminal, even than a wide one: it goes on, and on, and on, and on, and on, and on, and on, and on.
END

lie '3: there is no such file: demos/gone.c' <<'END'
See `demos/gone.c`.
END

lie '4: the change does not fit to demos/demo_semaphore.c' <<'END'
<!-- change to demos/demo_semaphore.c -->
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
END

lie '4: no console block after this runs the change' <<'END'
<!-- change to demos/demo_semaphore.c -->
```diff
--- a/demos/demo_semaphore.c
+++ b/demos/demo_semaphore.c
```
END

lie '4: a diff wants <!-- change to demos/demo_X.c -->' <<'END'

```diff
+more
```
END

# The pictures: the copy draws what the test hands to it.
mkdir new
cat >docs/render.sh <<'END'
mkdir -p "$2"
cp new/* "$2"
END
cat >new/one.svg <<'END'
<svg><title>one</title>
<text class='big end' x='1'>most at once: 3</text>
<text class='end' x='1'>worker 0</text>
<path/><text class='tick'>2 s</text>
</svg>
END
sed -e 's/once: 3/once: 7/' -e 's/2 s/9 s/' new/one.svg >docs/pictures/one.svg
echo '![One](pictures/one.svg)' >docs/README.md
# an installation within the project has pages, too, and none of ours
mkdir -p installed/share/doc/docs
echo 'A [link](nowhere.md)' >installed/share/doc/docs/page.md
check 0 ' 0 mistakes'
rm -r installed

sed 's/worker 0/worker 1/' new/one.svg >docs/pictures/one.svg
check 1 'docs/pictures/one.svg:1: it is old'
says '    -lane: worker 1'
cp new/one.svg docs/pictures

cp new/one.svg docs/pictures/two.svg
echo '![Two](pictures/two.svg)' >>docs/README.md
check 1 'docs/pictures/two.svg:1: docs/render.sh does not draw it'
says 'docs/README.md:2: docs/render.sh does not draw ./docs/pictures/two.svg'

mv docs/pictures/two.svg new
check 1 'docs/pictures/two.svg:1: docs/render.sh draws it, and it is not there'

echo '/* A comment that stands alone. */' >demos/lie.c
check 1 'demos/lie.c:1: "stands alone": write plainly: say what it does, or is'
rm demos/lie.c

echo 'echo no such demo; exit 1' >docs/render.sh
check 1 'docs/render.sh:1: it failed'
says '    no such demo'

# The runs in a source's header: a lie is found, and the truth is filled in.
cp "$project/docs/headers.sh" docs
cp demos/demo_pipe.c truth
sed 's/ \* .*HELD  4 of 4/ *        HELD  5 of 4/' truth >demos/demo_pipe.c
for arguments in --check '' --check; do
    checks=$((checks + 1))
    status=0
    # shellcheck disable=SC2086 # one or none
    sh docs/headers.sh $arguments "$build" demos/demo_pipe.c >said 2>&1 ||
        status=$?
    case $checks_of_headers$arguments:$status in
    *:77 | --check:1 | 1:0 | 2--check:0) ;;
    *)
        wrong "headers.sh $arguments ended with status $status, and this:"
        sed 's/^/    /' said
        ;;
    esac
    checks_of_headers=$((checks_of_headers + 1))
done

echo "docs.sh: $checks checks of it, $failures failed"
[ $failures -eq 0 ]
