/* SPDX-License-Identifier: MIT */
/* the test of a demo that tests/demos/NAME.txt has all cases of */
#include "tests/support/test.h"
