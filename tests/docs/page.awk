# SPDX-License-Identifier: MIT
# page.awk - takes Markdown pages apart, and says what is wrong in them alone
#
# Usage: LC_ALL=C awk -v out=FOLDER -v asked=PAGES -f page.awk of=options OPTIONS
#            of=names NAMES of=pages PAGE...
#
# OPTIONS has a line "PROGRAM --option" for each, NAMES all names of the sources.
# These files are left in FOLDER, about the ASKED pages, or all if it is empty:
#
#   mistakes   PAGE:LINE: what is wrong
#   not_run    PAGE:LINE: why a block is not run
#   anchors    PAGE#ANCHOR of each heading of all pages, as GitHub makes them
#   links      PAGE LINE TARGET
#   files      PAGE LINE FILE of the project that is named as code
#   quotes     PAGE LINE NUMBER FILE: what block NUMBER quotes
#   sessions   LANE PAGE LINE NUMBER LANGUAGE CHANGE CHANGE-LINE FILE MODE: a
#              block to run, and before it a block that changes FILE, or "- - -"
#
# N.text is what block N holds, N.session its commands as a shell script: before
# each one "mark LINE", with its line in the block, and at the end "mark end".

function put(file, text)
{
    if (asked == "" || index(" " asked " ", " " page " "))
        print text >(out "/" file)
}

function wrong(line, text)
{
    put("mistakes", page ":" line ": " text)
}

function is_foreign(text,   word, i)
{
    for (i = split(foreign, word, " "); i > 0; i--)
        if (index(text, word[i]))
            return 1
    return 0
}

# Looks up what TEXT names: options, names with an underscore, and files. An
# option belongs to the program that is named before it, or to the page's.
function code(text,   word, count, i, name, program, ours)
{
    name = text
    sub(/\(\)$/, "", name)
    if (name ~ /^[a-z]+(_[a-z0-9]+)+$/ && !(name in names) && !is_foreign(name))
        wrong(FNR, "no source has this name: " name)
    program = owner
    count = split(text, word, " ")
    ours = word[1] ~ /^-/
    for (i = 1; i <= count; i++) {
        if (is_foreign(word[i]))
            continue
        sub(/^\.\//, "", word[i])
        if (word[i] ~ /^(demo_[a-z]+|bench_mechanisms)$/) {
            program = word[i]
            ours = 1
        }
        if (ours && match(word[i], /^--[a-z][a-z-]*/)) {
            name = substr(word[i], 1, RLENGTH)
            if (!((program " " name) in options))
                wrong(FNR, "there is no such option: " program " " name)
        }
        sub(/[,.;:]+$/, "", word[i])
        if (word[i] ~ /^(demos|common|tests|docs|\.ci|\.github)\/[A-Za-z0-9_.\/-]*$/ &&
            word[i] !~ /[_\/][A-Z]+\./) # as docs/NAME.md
            put("files", page " " FNR " " word[i])
    }
}

function heading(text)
{
    sub(/^#+ +/, "", text)
    while (match(text, /\]\([^)]*\)/)) # of a link its text
        text = substr(text, 1, RSTART) substr(text, RSTART + RLENGTH)
    gsub(/–|—|‘|’|“|”|…|→|×/, "", text)
    gsub(/[!-,.\/:-@[-^`{-~]/, "", text) # all signs but - and _
    gsub(/ /, "-", text)
    text = page "#" tolower(text)
    print text (seen[text] ? "-" seen[text] : "") >(out "/anchors")
    seen[text]++
}

# Whether a terminal has room for the line, unless that is a picture or has an
# address, and a phone for each cell of a table.
function width(line,   cell, count, i)
{
    gsub(/[\200-\277]/, "", line) # all but first bytes of characters
    if (length(line) > 120 && line !~ /<img |https?:|^!\[/)
        wrong(FNR, "this line has " length(line) " columns, and not up to 120")
    if (line !~ /^ *\|/ || line ~ /<img /)
        return
    gsub(/\]\([^)]*\)|[][`*]/, "", line)
    count = split(line, cell, / \| |^\| | \|$/)
    for (i = 1; i <= count; i++)
        if (length(cell[i]) > 72)
            wrong(FNR, "this cell has " length(cell[i]) \
                " characters, and not up to 72")
}

# Looks at a line outside of blocks. Code may go on in the next line.
function prose(line,   part, count, i, text, target)
{
    count = split(rest line, part, /`+/)
    rest = ""
    if (count > 0 && count % 2 == 0)
        rest = "`" part[count] " "
    for (i = 1; i <= count; i += 2) {
        text = text " " part[i]
        if (i + 1 < count)
            code(part[i + 1])
    }
    gsub(/<!--[^>]*-->/, "", text)
    while (match(text, /\]\(|(src|href)="|^ \[[^]]*\]: +/)) {
        text = substr(text, RSTART + RLENGTH)
        target = text
        sub(/[ )"].*/, "", target)
        put("links", page " " FNR " " target)
    }
}

function command(line)
{
    if (!in_command)
        print "mark " FNR - opened >session
    print line >session
    if (note ~ /^not run: /)
        code(line)
    if (line ~ /demo_socket/ && line !~ /port=0/)
        lane = "port"
}

# Says what is to be done with a block.
function end_block()
{
    print "mark end" >session
    close(block)
    close(session)
    if (note ~ /^from ./)
        put("quotes", page " " opened " " number " " substr(note, 6))
    else if (language == "text" && has_prompt)
        wrong(opened, "a session belongs into a console block")
    else if (language == "c" && note !~ /^not from the source: ./)
        wrong(opened, "C wants <!-- from FILE --> before it, or " \
            "<!-- not from the source: REASON -->")
    else if (language == "diff" && note ~ /^change to demos\/demo_.*\.c$/)
        change = number " " opened " " substr(note, 11)
    else if (language == "diff")
        wrong(opened, "a diff wants <!-- change to demos/demo_X.c -->")
    else if (language !~ /^(console|sh|c|text)$/)
        wrong(opened, "docs/WRITING.md has no blocks of '" language "'")
    else if (language ~ /^(console|sh)$/)
        end_session()
    opened = 0
    note = ""
}

function end_session()
{
    if (note ~ /^not run: ./)
        put("not_run", page ":" opened ": " substr(note, 10))
    else if (note == "" || language == "console" && \
            note ~ /^(order|numbers|order and numbers|output) var(y|ies)$/) {
        put("sessions", (change ? "changes" : lane) " " page " " opened " " \
            number " " language " " (change ? change : "- - -") " " note)
        change = ""
    } else
        wrong(opened, "docs/WRITING.md has no such comment, or it lacks its " \
            "reason: <!-- " note " -->")
}

function end_page()
{
    if (opened)
        wrong(opened, "the block does not end")
    if (change)
        wrong(substr(change, index(change, " ") + 1) + 0,
            "no console block after this runs the change")
    opened = 0
    rest = note = change = foreign = owner = ""
}

{ sub(/\r$/, "") }

of == "options" {
    options[$1 " " $2]
    options[" " $2]
    next
}

of == "names" {
    names[$0]
    next
}

FNR == 1 {
    end_page()
    page = FILENAME
}

FNR == 1 && page ~ /^docs\/(demos|answers)\// {
    owner = page
    sub(/.*\//, "demo_", owner)
    sub(/\.md$/, "", owner)
}

opened && /^```$/ {
    end_block()
    next
}

opened {
    print >block
    if (/^\$ /)
        has_prompt = 1
    if (language == "console" && /^\$ /) {
        in_command = 0
        command(substr($0, 3))
        in_command = 1
    } else if (language == "console" && in_command && /^> /)
        command(substr($0, 3))
    else if (language == "console")
        in_command = 0
    else if (language == "sh" && (in_command || !/^ *(#.*)?$/)) {
        command($0)
        in_command = /\\$/
    }
    next
}

/^```[a-z]*$/ {
    opened = FNR
    language = substr($0, 4)
    number++
    in_command = has_prompt = 0
    lane = page
    block = out "/" number ".text"
    session = out "/" number ".session"
    printf "" >block
    next
}

/^[ >*+0-9.-]*(```|~~~)/ {
    wrong(FNR, "a block begins with ``` in a line of its own, or is not checked")
}

{
    note = ""
    if (/^<!-- .* -->$/) {
        note = substr($0, 6, length($0) - 9)
        if (sub(/^not ours: /, "", note))
            foreign = note
    }
    if (/^#/)
        heading($0)
    if (/^ *$/)
        rest = ""
    width($0)
    prose($0)
}

END { end_page() }
