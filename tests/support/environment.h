/* SPDX-License-Identifier: MIT */
/* environment - the tests find the same one, whoever calls them and how
 *
 * Before main() each test program takes back what a caller may have set and
 * what changes how the demos behave: variables of color, language and screen,
 * blocked and ignored signals, the umask, closed standard descriptors, soft
 * limits. TMPDIR stays, since it says where there is room.
 */
#pragma once

/* In a new child: SIGHUP, SIGINT and SIGQUIT end it. nohup(1) and a shell's "&"
 * make us ignore them; that is meant for the test program, not for what it
 * tests.
 */
void begin_child(void);
