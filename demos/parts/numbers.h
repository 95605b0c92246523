/* SPDX-License-Identifier: MIT */
/* numbers - a list of them as the listings print it */
#pragma once

/* Says FORMAT and then "[5, 17, 22]" (say()); MARK above 0 is where a | takes a
 * comma's place.
 */
void say_numbers(const int *numbers, int count, int mark, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
