/* SPDX-License-Identifier: MIT */
/* text - UTF-8, and showing bytes that came from outside */
#pragma once

#include <stdbool.h>
#include <wchar.h>

/* Decodes the first character of LENGTH bytes (at least one) into CHARACTER. Returns its size in
 * bytes, 0 when they end within a character, -1 when they are not UTF-8 (RFC 3629). */
int utf8_decode(const char *bytes, size_t length, wchar_t *character);

/* Copies LENGTH bytes to SHOWN, with control characters (C0, DEL, C1), characters that hide or
 * reorder others, and what is not UTF-8 written as \n or \x1b; a newline stays if KEEP_NEWLINES.
 * Returns how many bytes that took, at most 4 times LENGTH; a NUL may follow them. */
size_t escape(const char *bytes, size_t length, char *shown, bool keep_newlines);

/* Returns the length of TEXT, or of as many whole characters of it as MAX bytes hold. */
size_t utf8_prefix(const char *text, size_t max);

/* TEXT escaped, for a message: of a long one its beginning; valid until the next call. */
const char *escaped(const char *text);
