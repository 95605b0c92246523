/* SPDX-License-Identifier: MIT */
#include "tests/support/recorded.h"
#include "tests/support/program.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void recorded_begin(void)
{
    free(recorder);
    recorder = calloc(1, sizeof *recorder);
}

struct chart recorded_take(enum verdict verdict)
{
    const struct title title = {.program = "demo_unit",
        .broken = verdict == VERDICT_VIOLATED,
        .verdict = verdict,
        .sentence = "what the verdict says",
        .left_out = verdict == VERDICT_VIOLATED ? "what was left out" : NULL,
        .seed = 7};

    return chart_take(recorder, &title);
}

void recorded_add(
    int64_t time, int lane, enum event_kind kind, enum state state, int other, const char *text)
{
    struct event *event = &recorder->events[recorder->next++];
    size_t length = strlen(text);

    event->time = time;
    event->lane = (uint16_t)lane;
    event->other = (uint16_t)other;
    event->kind = (uint8_t)kind;
    event->state = (uint8_t)state;
    event->length = (uint8_t)(length <= TEXT_SIZE ? length : CUT_OFF);
    memcpy(event->text, text, length <= TEXT_SIZE ? length : TEXT_SIZE);
    event->ready = 1;
}

static FILE *drawing;
static char *drawn;
static size_t drawn_size;

FILE *drawing_begin(void)
{
    drawing = open_memstream(&drawn, &drawn_size);
    assert_non_null(drawing);
    return drawing;
}

char *drawing_end(void)
{
    assert_int_equal(fclose(drawing), 0);
    return keep(drawn);
}

void assert_golden_file(const char *text, const char *name)
{
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/tests/unit/golden/%s", SOURCE_FOLDER, name);
    if (getenv("UPDATE_GOLDEN"))
        save_file(path, text, strlen(text));
    assert_string_equal(text, load_file(path, NULL));
}
