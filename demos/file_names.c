/* SPDX-License-Identifier: MIT */
#include "demos/file_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int number_of(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    if (name[digits] != '\0' || digits < 1 || digits > 2)
        return -1;
    return digits == 2 && name[0] == '0' ? -1 : atoi(name);
}

/* A killed run may have left out the last newline. In a broken run "5" may have
 * overwritten "12", whose own newline is then an empty line.
 */
bool are_names(const char *names, size_t size)
{
    bool seen[100] = {false}, after_digit = false;
    char line[4];

    if (strlen(names) != size)
        return false;
    for (size_t at = 0, length; at < size; at += length + 1) {
        length = strcspn(names + at, "\n");
        if (length == 0 && after_digit) {
            after_digit = false;
            continue;
        }
        /* of a longer line it takes enough to see that it is no name */
        (void)snprintf(line, sizeof line, "%.3s", names + at);
        line[strcspn(line, "\n")] = '\0';
        int number = number_of(line);
        if (number < 0 || seen[number])
            return false;
        seen[number] = true;
        after_digit = length == 1;
    }
    return true;
}
