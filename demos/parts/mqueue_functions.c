/* SPDX-License-Identifier: MIT */
/* mqueue_functions - what the worker can do, in 64-bit whole numbers */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demos/parts/mqueue.h"

enum { ADD, SUB, MUL, DIV, POW, GCD, FIB };
static const struct {
    const char *name;
    int arguments;
} functions[] = {[ADD] = {"add", 2},
    [SUB] = {"sub", 2},
    [MUL] = {"mul", 2},
    [DIV] = {"div", 2},
    [POW] = {"pow", 2},
    [GCD] = {"gcd", 2},
    [FIB] = {"fib", 1},
    {NULL, 0}};

void split_line(char *line, size_t length, char *words[MAX_WORDS])
{
    int count = 0;

    /* Only the line's end may be a NUL: elsewhere it spoils its word. */
    for (size_t i = 0; i < length; i++)
        line[i] = line[i] == '\0' ? '?' : line[i];
    line[length] = '\0';
    char *next = strtok(line, " \t\r");
    for (; next && count < MAX_WORDS - 1; next = strtok(NULL, " \t\r"))
        words[count++] = next;
    words[count] = NULL;
}

const char *make_request(char *const words[], struct message *request)
{
    struct message made = {0};
    int i = 0, count = 0;
    char *end;

    while (functions[i].name && words[0] &&
           strcmp(functions[i].name, words[0]) != 0)
        i++;
    if (!functions[i].name || !words[0])
        return "the functions are add, sub, mul, div, pow, gcd and fib";
    for (count = 0; words[count + 1]; count++) {
        const char *word = words[count + 1];
        if (count == functions[i].arguments)
            return "there are too many arguments";
        errno = 0;
        made.numbers[count] = strtoll(word, &end, 10);
        if (!*word || *end || errno != 0 || !strchr("-0123456789", *word))
            return "an argument is no whole number of 64 bits";
    }
    if (count < functions[i].arguments)
        return "an argument is missing";
    if (i == POW && made.numbers[1] < 0)
        return "the exponent has to be 0 or more";
    if (i == FIB && (made.numbers[0] < 0 || made.numbers[0] > 92))
        return "its argument has to be 0 to 92";
    made.function = i;
    (void)snprintf(made.text, sizeof made.text,
        count == 1 ? "%s %" PRId64 : "%s %" PRId64 " %" PRId64,
        functions[i].name, made.numbers[0], made.numbers[1]);
    *request = made;
    return NULL;
}

/* The next three return true when the result is beyond 64 bits. */
static bool power(int64_t base, int64_t exponent, int64_t *result)
{
    *result = 1;
    for (;;) {
        if (exponent % 2 == 1 && __builtin_mul_overflow(*result, base, result))
            return true;
        exponent /= 2;
        if (exponent == 0)
            return false;
        if (__builtin_mul_overflow(base, base, &base))
            return true;
    }
}

static bool greatest_common_divisor(int64_t a, int64_t b, int64_t *result)
{
    while (b != 0) {
        int64_t rest = b == -1 ? 0 : a % b; /* INT64_MIN % -1 traps */
        a = b;
        b = rest;
    }
    *result = a;
    return a < 0 && __builtin_sub_overflow(0, a, result);
}

static bool divide(int64_t a, int64_t b, int64_t *result)
{
    if (b == -1)
        return __builtin_sub_overflow(0, a, result);
    *result = a / b;
    return false;
}

static int64_t fibonacci(int64_t n)
{
    int64_t this = 0, next = 1;

    for (; n > 0; n--) {
        int64_t after = n > 1 ? this + next : 0;
        this = next;
        next = after;
    }
    return this;
}

/* Returns 0, or the error. */
static int apply(int function, int64_t a, int64_t b, int64_t *result)
{
    bool overflow = false;

    if (function == DIV && b == 0)
        return EDOM;
    switch (function) {
    case ADD:
        overflow = __builtin_add_overflow(a, b, result);
        break;
    case SUB:
        overflow = __builtin_sub_overflow(a, b, result);
        break;
    case MUL:
        overflow = __builtin_mul_overflow(a, b, result);
        break;
    case DIV:
        overflow = divide(a, b, result);
        break;
    case POW:
        overflow = power(a, b, result);
        break;
    case GCD:
        overflow = greatest_common_divisor(a, b, result);
        break;
    case FIB:
        *result = fibonacci(a);
        break;
    }
    return overflow ? ERANGE : 0;
}

void compute_result(struct message *request)
{
    int64_t result = 0;
    int error = apply(
        request->function, request->numbers[0], request->numbers[1], &result);

    request->result = result;
    request->error = error;
}

const char *describe_answer(const struct message *answer)
{
    static char text[96];

    if (answer->error == 0)
        (void)snprintf(
            text, sizeof text, "%s = %" PRId64, answer->text, answer->result);
    else
        (void)snprintf(text, sizeof text, "%s: %s", answer->text,
            answer->error == EDOM ? "division by zero" : "overflow");
    return text;
}
