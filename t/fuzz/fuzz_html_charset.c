/*
 * The charset sniffer: no crash, the transport's word stands but for a byte
 * order mark, and only the first 1,024 bytes count.
 */
#include <stdlib.h>
#include <string.h>

#include "pz_charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char        *copy = malloc(size ? size : 1);
    pz_str_t     head = { copy, size };
    pz_charset_t charset, again;

    memcpy(copy, data, size);
    charset = pz_charset_sniff(PZ_STR_NONE, head);
    again = pz_charset_sniff(PZ_STR_NONE, pz_str_head(head, PZ_CHARSET_SNIFF));
    if (charset != again) {
        abort();
    }

    if (pz_charset_sniff(PZ_STR("utf-8"), head) == PZ_CHARSET_ASCII) {
        abort();
    }

    free(copy);

    return 0;
}
