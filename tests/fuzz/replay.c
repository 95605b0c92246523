/* SPDX-License-Identifier: MIT */
/* replay - calls a fuzz target with each file named on the command line, so
 * that what was found once stays a test on every system
 */
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv)
{
    static uint8_t bytes[1 << 20];

    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 3;
        }
        size_t size = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        uint8_t *copy = malloc(size + !size); /* its end is the input's */
        must(copy != NULL);
        for (size_t k = 0; k < size; k++)
            copy[k] = bytes[k];
        (void)LLVMFuzzerTestOneInput(copy, size);
        free(copy);
    }
    (void)printf("%d inputs\n", argc - 1);
    return argc > 1 ? 0 : 2;
}
