/* SPDX-License-Identifier: MIT */
/* messages - which message that was received is which one that was sent */
#pragma once

#include "common/views/chart.h"

/* Sets the partner of each item that is a message. Takes time in proportion to how many there are,
 * times its logarithm. May end the run. */
void find_partners(struct chart *chart);
