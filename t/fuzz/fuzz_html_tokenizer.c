/*
 * The tokenizer, alone in each of its modes and with the tree builder: the same
 * tokens however the page is cut.
 *
 * The first byte chooses the mode, the second the chunks; the rest is the page.
 */
#include "html_tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_page(tokens_t *tokens, unsigned how, const char *page, size_t len, unsigned most,
    unsigned seed)
{
    pz_arena_t     *arena = pz_arena_create(16 << 20, 0);
    tokens_reader_t reader;

    tokens_begin(&reader, arena, how >= 8);
    switch (how) {
    case 1:
        pz_scan_set_mode(&reader.scan, PZ_TEXT_RCDATA, PZ_STR("title"));
        break;
    case 2:
        pz_scan_set_mode(&reader.scan, PZ_TEXT_RAWTEXT, PZ_STR("style"));
        break;
    case 3:
        pz_scan_set_mode(&reader.scan, PZ_TEXT_SCRIPT, PZ_STR("script"));
        break;
    case 4:
        pz_scan_set_mode(&reader.scan, PZ_TEXT_PLAINTEXT, PZ_STR("plaintext"));
        break;
    case 5:
        pz_scan_set_cdata(&reader.scan);
        break;
    case 6:
        reader.scan.cdata = 1;
        break;
    default:
        break;
    }
    tokens_read(tokens, &reader, page, len, most, seed);
    pz_arena_destroy(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tokens_t    whole = { 0 }, cut = { 0 };
    const char *page = (const char *) data + 2;

    if (size < 2) {
        return 0;
    }

    read_page(&whole, data[0] % 10, page, size - 2, 0, 0);
    read_page(&cut, data[0] % 10, page, size - 2, data[1] & 1 ? 1 : 1 + data[1] / 8, data[1]);

    if (whole.n != cut.n) {
        abort();
    }
    for (size_t i = 0; i < whole.n; i++) {
        if (!tokens_same(&whole, &whole.items[i], &cut, &cut.items[i])) {
            abort();
        }
    }

    tokens_free(&whole);
    tokens_free(&cut);

    return 0;
}
