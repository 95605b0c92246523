/* SPDX-License-Identifier: MIT */
/* numbers - a list of them, as the listings print it */
#pragma once

/* Says "PREFIX[5, 17, 22]" (say()); MARK above 0 is where a | takes a comma's
 * place.
 */
void say_numbers(const char *prefix, const int *numbers, int count, int mark);
