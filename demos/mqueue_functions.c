/* SPDX-License-Identifier: MIT */
/* mqueue_functions - what the worker can do, in 64-bit whole numbers */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "demos/mqueue.h"

static const struct {
    const char *name;
    int arguments;
} functions[] = {{"add", 2}, {"sub", 2}, {"mul", 2}, {"div", 2},
                 {"pow", 2}, {"gcd", 2}, {"fib", 1}, {NULL, 0}};

const char *parse_request(int count, char **words, struct message *request)
{
    int i = 0;

    if (count == 0)
        return "the request is empty";
    while (functions[i].name && strcmp(functions[i].name, words[0]) != 0)
        i++;
    if (functions[i].name == NULL)
        return "the functions are add, sub, mul, div, pow, gcd and fib";
    if (count != 1 + functions[i].arguments)
        return functions[i].arguments == 1 ? "it takes one argument"
                                           : "it takes two arguments";
    *request = (struct message){.answer_tag = 1};
    strcpy(request->function, functions[i].name);
    for (int argument = 1; argument < count; argument++) {
        const char *word = words[argument];
        char *end;
        errno = 0;
        request->arguments[argument - 1] = strtoll(word, &end, 10);
        if (strspn(word, "-0123456789") != strlen(word) || end == word ||
            *end != '\0' || errno != 0)
            return "an argument is no 64-bit whole number";
    }
    if (strcmp(words[0], "pow") == 0 && request->arguments[1] < 0)
        return "the exponent has to be 0 or more";
    if (strcmp(words[0], "fib") == 0 &&
        (request->arguments[0] < 0 || request->arguments[0] > 92))
        return "its argument has to be 0 to 92";
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

void carry_out(struct message *request)
{
    int64_t a = request->arguments[0], b = request->arguments[1];
    int64_t *result = &request->result;
    const char *function = request->function;
    bool overflow = false;

    if (strcmp(function, "div") == 0 && b == 0) {
        request->error = EDOM;
        return;
    }
    if (strcmp(function, "add") == 0)
        overflow = __builtin_add_overflow(a, b, result);
    else if (strcmp(function, "sub") == 0)
        overflow = __builtin_sub_overflow(a, b, result);
    else if (strcmp(function, "mul") == 0)
        overflow = __builtin_mul_overflow(a, b, result);
    else if (strcmp(function, "div") == 0)
        overflow = divide(a, b, result);
    else if (strcmp(function, "pow") == 0)
        overflow = power(a, b, result);
    else if (strcmp(function, "gcd") == 0)
        overflow = greatest_common_divisor(a, b, result);
    else
        *result = fibonacci(a);
    request->error = overflow ? ERANGE : 0;
}
