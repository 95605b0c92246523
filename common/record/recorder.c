/* SPDX-License-Identifier: MIT */
#include "common/record/recorder.h"
#include "common/clock.h"
#include "common/process.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct recorder *recorder;
static _Thread_local int own_lane = NO_LANE;

void recorder_start(void)
{
    recorder = share_memory(sizeof *recorder); /* pages that nobody touches cost nothing */
}

static struct role *find_role(const char *name)
{
    for (int i = 0; i < recorder->role_count; i++)
        if (strcmp(recorder->roles[i].name, name) == 0)
            return &recorder->roles[i];
    return NULL;
}

int lane_of(const char *name, int number)
{
    const struct role *role = name ? find_role(name) : NULL;

    if (role == NULL || (number >= role->count && role->count > 1))
        return NO_LANE;
    return role->first + (number == EACH ? role->count - 1 : number < role->count ? number : 0);
}

int lane_count(const struct recorder *from)
{
    int roles = from->role_count;
    return roles < 1 ? 0 : from->roles[roles - 1].first + from->roles[roles - 1].count;
}

void lane_name(const struct recorder *from, int lane, char name[NAME_ROOM])
{
    const struct role *role = from->roles;

    while (role + 1 < from->roles + from->role_count && role[1].first <= lane)
        role++;
    (void)snprintf(
        name, NAME_ROOM, role->count > 1 ? "%s %d" : "%s", role->name, lane - role->first);
}

void record_lanes(const char *name, int count)
{
    if (recorder == NULL)
        return;
    struct role *role = find_role(name);
    int lanes = lane_count(recorder);
    if (role == NULL && (recorder->role_count == MOST_ROLES || strlen(name) >= ROLE_SIZE))
        fail("%s: a run has at most %d roles, with names of at most %d bytes; raise MOST_ROLES or "
             "ROLE_SIZE",
            name, MOST_ROLES, ROLE_SIZE - 1);
    if (count > NO_LANE - lanes)
        fail("%s: a run is recorded with at most %d lanes; leave out the views", name, NO_LANE);
    if (role == NULL) {
        role = &recorder->roles[recorder->role_count];
        (void)snprintf(role->name, sizeof role->name, "%s", name);
        role->first = lanes;
        role->count = count;
        recorder->role_count++; /* the live view looks at it only now */
    } else
        role->count += count;
}

void record_as(const char *role, int number)
{
    if (recorder == NULL)
        return;
    if (lane_of(role, number) == NO_LANE)
        record_lanes(role, 1);
    own_lane = lane_of(role, number);
}

void record_event(int lane, enum event_kind kind, enum style style, const char *role, int number,
    const char *text, ...)
{
    char whole[256];
    va_list arguments;

    if (own_lane == NO_LANE)
        record_as("main", 0);
    unsigned long index = atomic_fetch_add_explicit(&recorder->next, 1, memory_order_relaxed);
    if (index >= CAPACITY)
        return;
    struct event *event = &recorder->events[index];
    event->time = clock_now();
    event->lane = (uint16_t)(lane == OWN_LANE ? own_lane : lane);
    event->other = (uint16_t)lane_of(role, number);
    event->kind = (uint8_t)kind;
    event->style = (uint8_t)style;
    event->each = number == EACH;
    size_t length = strlen(text);
    if (memchr(text, '%', length)) { /* formatting takes longer than all the rest */
        va_start(arguments, text);
        (void)vsnprintf(whole, sizeof whole, text, arguments);
        va_end(arguments);
        text = whole;
        length = strlen(whole);
    }
    event->length = (uint8_t)(length <= TEXT_SIZE ? length : CUT_OFF);
    memcpy(event->text, text, length <= TEXT_SIZE ? length : TEXT_SIZE);
    atomic_store_explicit(&event->ready, 1, memory_order_release);
}
