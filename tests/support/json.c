/* SPDX-License-Identifier: MIT */
#include "tests/support/json.h"
#include "common/base/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 32 };

static bool take(const char **at, char expected)
{
    *at += strspn(*at, " \t\r\n");
    bool found = **at == expected;
    *at += found;
    return found;
}

/* The character that is escaped at AT, after the backslash; or 0. By number
 * only ASCII is read: the programs write other characters as they are.
 */
static char take_escaped(const char **at)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name = strchr(names, **at);
    char digits[3] = "";

    if (**at && name) {
        ++*at;
        return values[name - names];
    }
    if (strncmp(*at, "u00", 3) != 0 || !strchr("01234567", (*at)[3]) ||
        strspn(*at + 3, "0123456789abcdefABCDEF") < 2)
        return '\0';
    memcpy(digits, *at + 3, 2);
    *at += 5;
    return (char)strtol(digits, NULL, 16);
}

/* A string, whose opening quote was taken; NULL if it is none. */
static char *take_string(const char **at)
{
    size_t length = 0, most = 0;
    wchar_t character;

    while ((*at)[most] && (*at)[most] != '"')
        most += (*at)[most] == '\\' && (*at)[most + 1] ? 2 : 1;
    char *text = calloc(1, most + 1);
    while (text && **at && **at != '"') {
        int size = utf8_decode(*at, strnlen(*at, 4), &character);
        bool right = size > 0 && character >= 0x20;
        if (character == '\\') {
            ++*at;
            right = (text[length] = take_escaped(at));
            size = 1;
        } else if (right) {
            memcpy(text + length, *at, (size_t)size);
            *at += size;
        }
        if (!right)
            break;
        length += (size_t)size;
    }
    if (**at == '"') {
        ++*at;
        return text;
    }
    free(text);
    return NULL;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)? */
static bool take_number(const char **at)
{
    static const char digits[] = "0123456789";
    const char *from = *at + (**at == '-');

    *at = from + strspn(from, digits);
    bool right = *at > from && (*from != '0' || *at == from + 1);
    for (int part = 0; part < 2; part++) {
        if (!strchr(part == 0 ? "." : "eE", **at) || !**at)
            continue;
        ++*at;
        *at += part == 1 && (**at == '-' || **at == '+');
        right = right && strspn(*at, digits) > 0;
        *at += strspn(*at, digits);
    }
    return right;
}

static struct json *take_value(const char **at, int depth);

static bool take_members(const char **at, struct json *value, int depth)
{
    char close = value->kind == JSON_OBJECT ? '}' : ']';
    struct json **tail = &value->first;

    if (take(at, close))
        return true;
    do {
        char *key = NULL;
        if (close == '}' && take(at, '"'))
            key = take_string(at);
        bool right =
            close == ']' || (key && !json_get(value, key) && take(at, ':'));
        *tail = right ? take_value(at, depth + 1) : NULL;
        if (!*tail) {
            free(key);
            return false;
        }
        (*tail)->key = key;
        tail = &(*tail)->next;
    } while (take(at, ','));
    return take(at, close);
}

static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    bool found = strncmp(*at, word, length) == 0;

    *at += found ? length : 0;
    return found;
}

static struct json *take_value(const char **at, int depth)
{
    struct json *value = calloc(1, sizeof *value);
    bool right;

    if (take(at, '"')) {
        value->kind = JSON_STRING;
        right = (value->text = take_string(at));
    } else if (take(at, '{') || take(at, '[')) {
        value->kind = (*at)[-1] == '{' ? JSON_OBJECT : JSON_ARRAY;
        right = depth < DEEPEST && take_members(at, value, depth);
    } else {
        const char *from = *at;
        bool is_word = take_word(at, "true") || take_word(at, "false") ||
                       take_word(at, "null");
        value->kind = is_word ? JSON_WORD : JSON_NUMBER;
        right = is_word || take_number(at);
        value->text = strndup(from, (size_t)(*at - from));
    }
    if (right)
        return value;
    json_free(value);
    return NULL;
}

struct json *json_read(const char *text, const char **wrong)
{
    struct json *value = take_value(&text, 0);

    *wrong = text;
    if (value && !take(&text, '\0')) {
        json_free(value);
        value = NULL;
    }
    return value;
}

void json_free(struct json *value)
{
    while (value) {
        struct json *next = value->next;
        json_free(value->first);
        free(value->key);
        free(value->text);
        free(value);
        value = next;
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    const struct json *member =
        object && object->kind == JSON_OBJECT ? object->first : NULL;

    while (member && strcmp(member->key, key) != 0)
        member = member->next;
    return member;
}

const char *json_text(
    const struct json *object, const char *key, enum json_kind kind)
{
    const struct json *member = json_get(object, key);

    return member && member->kind == kind ? member->text : NULL;
}
