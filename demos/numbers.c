/* SPDX-License-Identifier: MIT */
#include "demos/numbers.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/output.h"

void say_numbers(const char *prefix, const int *numbers, int count, int mark)
{
    size_t room = (size_t)count * sizeof ", -2147483648", used = 0;
    char *list = CHECK_NOT(NULL, malloc(room + 1));

    for (int i = 0; i < count; i++) {
        const char *comma = i == mark && i > 0 ? " | " : ", ";
        used += (size_t)snprintf(
            list + used, room - used, "%s%d", i > 0 ? comma : "", numbers[i]);
    }
    say("%s[%.*s]", prefix, (int)used, list);
    free(list);
}
