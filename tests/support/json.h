/* SPDX-License-Identifier: MIT */
/* json - a strict reader (RFC 8259), for what the programs write */
#pragma once

enum json_kind { JSON_WORD, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    char *key;          /* in an object, else NULL */
    char *text;         /* a string's value; a number or word as it stands */
    struct json *first; /* of an array or object; */
    struct json *next;  /* in one */
};

/* Reads TEXT, which has to be one value and nothing else. Returns NULL if it is
 * not, and the place at which that shows in WRONG.
 */
struct json *json_read(const char *text, const char **wrong);
void json_free(struct json *value);

/* What OBJECT has under KEY; NULL if it has nothing, or is no object. */
const struct json *json_get(const struct json *object, const char *key);

/* The text of OBJECT's KEY, if that is of KIND; else NULL. */
const char *json_text(
    const struct json *object, const char *key, enum json_kind kind);
