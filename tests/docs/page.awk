# SPDX-License-Identifier: MIT
# page.awk - takes Markdown pages apart, and says what is wrong in them alone
#
# Usage: LC_ALL=C awk -v out=FOLDER -f fits.awk -f page.awk of=options OPTIONS
#            of=names NAMES of=files FILES of=pages PAGE...
#
# OPTIONS has a line "PROGRAM --option" for each, NAMES all names of the sources, FILES all files
# and folders. These files are left in FOLDER:
#
#   mistakes   PAGE:LINE: what is wrong
#   not_run    PAGE:LINE: why a block is not run
#   sessions   LANE PAGE LINE NUMBER LANGUAGE CHANGE CHANGE-LINE FILE MODE: a
#              block to run, and before it a block that changes FILE, or "- - -"
#
# N.text is what block N holds, N.session its commands as a shell script, with "mark LINE" before
# each one.

function wrong(line, text)
{
    print page ":" line ": " text >(out "/mistakes")
}

function is_foreign(text,   word, i)
{
    for (i = split(foreign, word, " "); i > 0; i--)
        if (index(text, word[i]))
            return 1
    return 0
}

# Looks up what TEXT names: options, names with an underscore, and files. An option belongs to the
# program that is named before it, or to the page's.
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
            name = program " " substr(word[i], 1, RLENGTH)
            if (!(name in options))
                wrong(FNR, "there is no such option: " name)
        }
        sub(/[,.;:\/]+$/, "", word[i])
        if (word[i] ~ /^(demos|common|tests|docs|\.ci|\.github)\/[A-Za-z0-9_.\/-]*$/ &&
            word[i] !~ /[_\/][A-Z]+\./ && !(word[i] in files)) # as docs/NAME.md
            wrong(FNR, "there is no such file: " word[i])
    }
}

# As GitHub makes them.
function anchor(text)
{
    sub(/^#+ +/, "", text)
    gsub(/\]\([^)]*\)/, "", text) # of a link its text
    gsub(/–|—|‘|’|“|”|…|→|×/, "", text)
    gsub(/[!-,.\/:-@[-^`{-~]/, "", text) # all signs but - and _
    gsub(/ /, "-", text)
    text = page " " tolower(text)
    anchors[text (seen[text] ? "-" seen[text] : "")]
    seen[text]++
}

# Whether a terminal has room for the line, unless that is a picture or has an address, and a phone
# for each cell of a table.
function width(line,   cell, i)
{
    gsub(/[\200-\277]/, "", line) # all but first bytes of characters
    if (length(line) > 120 && line !~ /<img |https?:|^!\[/)
        wrong(FNR, "this line has more than 120 columns")
    if (line !~ /^ *\|/ || line ~ /<img /)
        return
    gsub(/\]\([^)]*\)|[][`*]/, "", line)
    for (i = split(line, cell, / \| |^\| | \|$/); i > 0; i--)
        if (length(cell[i]) > 72)
            wrong(FNR, "this cell has more than 72 characters")
}

# Looks at a line outside of blocks. Code may go on in the next line.
function prose(line,   part, count, i, text)
{
    count = split(rest line, part, /`+/)
    rest = count > 0 && count % 2 == 0 ? "`" part[count] " " : ""
    for (i = 1; i <= count; i += 2) {
        text = text " " part[i]
        if (i + 1 < count)
            code(part[i + 1])
    }
    gsub(/<!--[^>]*-->/, "", text)
    while (match(text, /\]\(|(src|href)="|^ \[[^]]*\]: +/)) {
        text = substr(text, RSTART + RLENGTH)
        match(text, /^[^ )"]*/)
        link(substr(text, 1, RLENGTH))
    }
}

function link(target,   path)
{
    if (target ~ /^(https?:\/\/.+\..|mailto:.+@)/) # not asked for
        return
    path = target
    sub(/#.*/, "", path)
    path = (path == "" ? page : folder path) "/"
    while (sub(/\.?[^\/.][^\/]*\/+\.\.\//, "", path)) # FOLDER/..
        continue
    sub(/\/+$/, "", path)
    if (target == "" || !(path in files))
        wrong(FNR, "the link leads nowhere: " target)
    else if (path ~ /\.(svg|png|jpg|gif)$/ && path !~ /^docs\/(pictures|sketches)\//)
        wrong(FNR, "the picture is in neither docs/pictures nor docs/sketches: " target)
    else if (sub(/^[^#]*#/, "", target)) # which may be one of the next page
        to_anchors[page " " FNR " " path " " target]
}

# The lines of a quote, which may be indented less than the source, are there.
function check_quote(source,   line, text, quote, more)
{
    while ((getline line <source) > 0)
        text = text "\n" line
    close(source)
    gsub(/[ \t]+\n/, "\n", text)
    quote = "\n" block
    while (length(more) <= 12 && !fits("\n..." quote "...\n", text "\n")) {
        more = more " "
        gsub(/\n/, "\n ", quote)
        gsub(/\n +\n/, "\n\n", quote)
        sub(/ +$/, "", quote)
    }
    if (length(more) > 12 || block == "")
        wrong(opened, "this is not in " source)
}

# What is to be done with a block.
function end_block(   kind, file)
{
    file = out "/" number
    printf "%s", block >(file ".text")
    printf "%s", commands >(file ".session")
    close(file ".text")
    close(file ".session")
    kind = language (note ? " " note : "")
    if (note ~ /^from ./)
        check_quote(substr(note, 6))
    else if (kind ~ /^diff change to demos\/demo_.*\.c$/)
        change = number " " opened " " substr(note, 11)
    else if (kind ~ /^(console|sh) not run: ./)
        print page ":" opened ": " substr(note, 10) >(out "/not_run")
    else if (has_prompt && kind ~ /^(sh|console( (order|numbers|order and numbers|output) var(y|ies))?)$/) {
        print (change ? "changes" : page), page, opened, number, language, \
            (change ? change : "- - -"), note >(out "/sessions")
        change = ""
    } else if (kind !~ /^(text( |$)|c not from the source: .)/ || \
        (language == "text" && has_prompt))
        wrong(opened, "docs/WRITING.md has no such block: \"" kind "\"")
    opened = 0
    note = ""
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
of == "options" { options[$1 " " $2]; options[" " $2]; next }
of == "names" { names[$0]; next }
of == "files" { files[$0]; next }

FNR == 1 {
    end_page()
    page = folder = owner = FILENAME
    pages[page]
    sub(/[^\/]*$/, "", folder)
    owner = sub(/^docs\/(demos|answers)\//, "demo_", owner) ? owner : ""
    sub(/\.md$/, "", owner)
}

opened && /^```$/ { end_block(); next }

# A command goes on after a backslash, or with ">".
opened {
    block = block $0 "\n"
    begins = language == "sh" ? !in_command && !/^ *(#.*)?$/ : /^\$ /
    in_command = begins || (in_command && (language == "sh" || /^> /))
    if (begins) {
        has_prompt = has_prompt || language != "console" || FNR == opened + 1
        commands = commands "mark " FNR - opened "\n"
    }
    if (in_command) {
        line = language == "sh" ? $0 : substr($0, 3)
        commands = commands line "\n"
        if (note ~ /^not run: /)
            code(line)
        in_command = language != "sh" || /\\$/
    }
    next
}

/^```[a-z]*$/ {
    opened = FNR
    language = substr($0, 4)
    number++
    in_command = has_prompt = 0
    block = commands = ""
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
        anchor($0)
    if (/^ *$/)
        rest = ""
    width($0)
    prose($0)
}

END {
    end_page()
    for (to in to_anchors) {
        split(to, part, " ")
        page = part[1]
        if ((part[3] in pages) && !((part[3] " " part[4]) in anchors))
            wrong(part[2], "no heading has this anchor: " part[3] "#" part[4])
    }
}
