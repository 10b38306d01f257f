#include "pz_redis_slot.h"

#include "pz_redis_part.h"

/* Words of a command that are looked at: a key stands no further back. */
#define SLOT_WORDS  4


/* The polynomial 0x1021, four bits at a time: 32 bytes of table instead of 512. */
static unsigned
slot_crc(pz_str_t bytes)
{
    static const uint16_t nibbles[16] = {
        0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
        0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
    };

    size_t    i;
    unsigned  crc, byte;

    for (i = 0, crc = 0; i < bytes.len; i++) {
        byte = (unsigned char) bytes.data[i];
        crc = ((crc << 4) & 0xffff) ^ nibbles[(crc >> 12) ^ (byte >> 4)];
        crc = ((crc << 4) & 0xffff) ^ nibbles[(crc >> 12) ^ (byte & 15)];
    }

    return crc;
}


unsigned
pz_redis_slot_of(pz_str_t key)
{
    pz_str_t   tag;
    ptrdiff_t  open, close;

    open = pz_str_find_byte(key, '{');

    if (open >= 0) {
        tag = pz_str_skip(key, (size_t) open + 1);
        close = pz_str_find_byte(tag, '}');

        if (close > 0) {
            key = pz_str_head(tag, (size_t) close);
        }
    }

    return slot_crc(key) % PZ_REDIS_SLOTS;
}


/* "<type><number>\r\n", which is taken from *rest. */
static int
slot_header(pz_str_t *rest, char type, unsigned *number)
{
    ptrdiff_t  end;

    end = pz_str_find_byte(*rest, '\r');

    if (end < 1 || rest->data[0] != type || rest->len < (size_t) end + 2
        || rest->data[end + 1] != '\n'
        || pz_redis_part_number(pz_str_skip(pz_str_head(*rest, (size_t) end), 1), 0x7fffffff,
                                number)
           != 0)
    {
        return -1;
    }

    *rest = pz_str_skip(*rest, (size_t) end + 2);
    return 0;
}


static int
slot_word(pz_str_t *rest, pz_str_t *word)
{
    unsigned  len;

    if (slot_header(rest, '$', &len) != 0 || rest->len < (size_t) len + 2) {
        return -1;
    }

    *word = pz_str_head(*rest, len);
    *rest = pz_str_skip(*rest, (size_t) len + 2);
    return 0;
}


/* EVAL script numkeys key; all else that we send: NAME key. */
static int
slot_key(const pz_str_t *words, unsigned nwords, pz_str_t *key)
{
    unsigned  at;

    at = nwords > 0 && (pz_str_ieq(words[0], PZ_STR("EVAL"))
                        || pz_str_ieq(words[0], PZ_STR("EVALSHA")))
         ? 3 : 1;

    if (at >= nwords || (at == 3 && pz_str_eq(words[2], PZ_STR("0")))) {
        return -1;
    }

    *key = words[at];
    return 0;
}


int
pz_redis_slot_next(pz_str_t *rest, pz_redis_sent_t *sent)
{
    unsigned  i, nwords;
    pz_str_t  key, word, from, words[SLOT_WORDS];

    if (rest->len == 0) {
        return 0;
    }

    from = *rest;

    if (slot_header(rest, '*', &nwords) != 0) {
        return -1;
    }

    for (i = 0; i < nwords; i++) {
        if (slot_word(rest, &word) != 0) {
            return -1;
        }

        if (i < SLOT_WORDS) {
            words[i] = word;
        }
    }

    if (slot_key(words, nwords < SLOT_WORDS ? nwords : SLOT_WORDS, &key) != 0) {
        return -1;
    }

    sent->bytes = pz_str_head(from, from.len - rest->len);
    sent->slot = pz_redis_slot_of(key);
    return 1;
}
