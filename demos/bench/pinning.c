/* SPDX-License-Identifier: MIT */
/* pinning - on which cores the two sides run
 *
 * Waking somebody on the same core is a switch; waking him on another one takes
 * an interrupt, and longer still if that core is asleep. So a figure without a
 * placement means little. POSIX has no call for it: this is Linux's.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "demos/bench/mechanisms.h"

static char description[160] = "not pinned: the scheduler chooses the cores";

const char *describe_placement(void)
{
    return description;
}

#define CANNOT_PIN "this system cannot pin a process to a core; use --placement=free"

#if HAVE_AFFINITY
static unsigned cores[SIDES];

/* Which processors are threads of the same core as this one, as text. */
static void read_siblings(unsigned core, char text[256])
{
    FILE *file;

    (void)snprintf(text, 256, "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", core);
    file = fopen(text, "re");
    if (!file || !fgets(text, 256, file))
        (void)snprintf(text, 256, "%u", core);
    if (file)
        (void)fclose(file);
}

/* A sandbox may deny it. */
bool can_pin(void)
{
    cpu_set_t allowed;

    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 &&
           sched_setaffinity(0, sizeof allowed, &allowed) == 0;
}

/* The first one that this process may use, and for two cores the next that is
 * no thread of the same one; if there is none, another thread of it.
 */
void choose_cores(void)
{
    char first[256], next[256];
    cpu_set_t allowed;
    bool is_apart = false, is_other = false;

    if (settings.placement == FREE)
        return;
    if (!can_pin())
        die(CANNOT_PIN);
    CHECK(sched_getaffinity(0, sizeof allowed, &allowed));
    cores[PING] = 0;
    while (!CPU_ISSET(cores[PING], &allowed))
        cores[PING]++;
    cores[PONG] = cores[PING];
    (void)snprintf(description, sizeof description, "both sides pinned to core %u", cores[PING]);
    if (settings.placement == SAME)
        return;
    read_siblings(cores[PING], first);
    for (unsigned core = cores[PING] + 1; core < CPU_SETSIZE && !is_apart; core++)
        if (CPU_ISSET(core, &allowed)) {
            read_siblings(core, next);
            is_apart = strcmp(first, next) != 0;
            cores[PONG] = is_apart || !is_other ? core : cores[PONG];
            is_other = true;
        }
    if (!is_other)
        die("--placement=cross wants two cores, and there is but one for this "
            "program (see nproc and taskset); use --placement=same");
    (void)snprintf(description, sizeof description, "the sides pinned to cores %u and %u%s",
        cores[PING], cores[PONG], is_apart ? "" : " (two threads of one core)");
}

void pin_to_core(enum side side)
{
    cpu_set_t set;

    if (settings.placement == FREE)
        return;
    CPU_ZERO(&set);
    CPU_SET(cores[side], &set);
    CHECK(sched_setaffinity(0, sizeof set, &set)); /* 0: the calling thread */
}

#else
void choose_cores(void)
{
    if (settings.placement != FREE)
        die(CANNOT_PIN);
}

void pin_to_core(enum side side)
{
}

bool can_pin(void)
{
    return false;
}
#endif
