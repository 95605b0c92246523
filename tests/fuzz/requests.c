/* SPDX-License-Identifier: MIT */
/* fuzz requests: a line is refused, or computed as wider numbers say */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demos/parts/mqueue.h"
#include "tests/fuzz/fuzz.h"

__extension__ typedef __int128 wide;

/* The result that REQUEST must have, where this is easily said. */
static void check_result(const struct message *request, char *const words[])
{
    int64_t a = strtoll(words[1], NULL, 10);
    int64_t b = words[2] ? strtoll(words[2], NULL, 10) : 0;
    wide expected = 0;

    if (strcmp(words[0], "add") == 0)
        expected = (wide)a + b;
    else if (strcmp(words[0], "sub") == 0)
        expected = (wide)a - b;
    else if (strcmp(words[0], "mul") == 0)
        expected = (wide)a * b;
    else if (strcmp(words[0], "div") == 0 && b != 0)
        expected = (wide)a / b;
    else {
        must((request->error == EDOM) == (strcmp(words[0], "div") == 0));
        /* fib is never too large, pow and gcd may be */
        must(request->error != ERANGE || words[2]);
        if (strcmp(words[0], "gcd") == 0 && request->error == 0) {
            int64_t divisor = request->result;
            must(divisor > 0 ? a % divisor == 0 && b % divisor == 0
                             : divisor == 0 && a == 0 && b == 0);
        }
        return;
    }
    bool fits = expected >= INT64_MIN && expected <= INT64_MAX;
    must(request->error == (fits ? 0 : ERANGE));
    must(!fits || request->result == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1), *words[MAX_WORDS];
    struct message request;

    must(line != NULL);
    if (size > 0)
        memcpy(line, data, size);
    split_line(line, size, words);
    for (int i = 0; words[i]; i++)
        must(i < MAX_WORDS - 1 && *words[i]);
    const char *wrong = make_request(words, &request);
    if (wrong)
        must(strlen(wrong) > 0);
    else {
        must(memchr(request.text, '\0', sizeof request.text) != NULL);
        must(request.error == 0);
        compute_result(&request);
        check_result(&request, words);
    }
    free(line);
    return 0;
}
