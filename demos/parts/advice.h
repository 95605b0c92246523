/* SPDX-License-Identifier: MIT */
/* advice - what helps when a call fails; see advice.c */
#pragma once

/* For advice_on of common/base/check.h. */
const char *find_advice(const char *call, int error);
