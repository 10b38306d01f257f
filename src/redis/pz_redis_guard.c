#include "pz_redis_guard.h"

#include <string.h>

enum {
    ON_TYPE, ON_TEXT, ON_NUMBER, ON_LINE_LF, ON_BODY, ON_BODY_CR, ON_BODY_LF
};

static const pz_redis_limits_t defaults = { 1024 * 1024, 16384, 7 };


static int
guard_fail(pz_redis_guard_t *guard, const char *why)
{
    guard->error = why;
    return -1;
}


/* One element is over: returns 1 when the reply is over with it. */
static int
guard_element_end(pz_redis_guard_t *guard)
{
    guard->state = ON_TYPE;

    while (guard->depth > 0) {
        if (--guard->left[guard->depth - 1] > 0) {
            return 0;
        }

        guard->depth--;
    }

    return 1;
}


/*
 * The collected digits, in hiredis' own grammar: no plus sign, no leading
 * zero, no "-0"; what it would refuse later must be refused here.
 */
static int
guard_number(const pz_redis_guard_t *guard, int64_t *number)
{
    size_t    i, negative;
    uint64_t  n, max;

    negative = guard->ndigits > 0 && guard->digits[0] == '-';
    max = (uint64_t) INT64_MAX + negative;
    n = 0;

    if (guard->ndigits == negative) {
        return -1;
    }

    if (guard->digits[negative] == '0' && guard->ndigits > 1) {
        return -1;
    }

    for (i = negative; i < guard->ndigits; i++) {
        unsigned digit = (unsigned char) guard->digits[i] - '0';

        if (digit > 9 || n > (max - digit) / 10) {
            return -1;
        }

        n = n * 10 + digit;
    }

    *number = negative ? (int64_t) (0 - n) : (int64_t) n;
    return 0;
}


static int
guard_bulk(pz_redis_guard_t *guard, int64_t length)
{
    size_t  room;

    if (length == -1) {
        return guard_element_end(guard);
    }

    if (length < -1) {
        return guard_fail(guard, "negative length of a string");
    }

    room = guard->limits.bytes - guard->bytes;

    if (room < 2 || (uint64_t) length > room - 2) {
        return guard_fail(guard, "reply is larger than the limit");
    }

    guard->body = (size_t) length;
    guard->state = length > 0 ? ON_BODY : ON_BODY_CR;
    return 0;
}


static int
guard_array(pz_redis_guard_t *guard, int64_t count)
{
    if (count == 0 || count == -1) {
        return guard_element_end(guard);
    }

    if (count < -1) {
        return guard_fail(guard, "negative length of an array");
    }

    if ((uint64_t) count > guard->limits.elements - guard->elements) {
        return guard_fail(guard, "reply has more elements than the limit");
    }

    if (guard->depth == guard->limits.depth) {
        return guard_fail(guard, "reply is nested deeper than the limit");
    }

    guard->elements += (size_t) count;
    guard->left[guard->depth++] = (size_t) count;
    guard->state = ON_TYPE;
    return 0;
}


/* A line's LF: what the line says decides what comes next. */
static int
guard_line_end(pz_redis_guard_t *guard)
{
    int64_t  number;

    if (guard->type == '+' || guard->type == '-') {
        return guard_element_end(guard);
    }

    if (guard_number(guard, &number) != 0) {
        return guard_fail(guard, "malformed number");
    }

    switch (guard->type) {
    case '$':
        return guard_bulk(guard, number);
    case '*':
        return guard_array(guard, number);
    default:
        return guard_element_end(guard);
    }
}


static int
guard_type(pz_redis_guard_t *guard, char byte)
{
    guard->type = byte;
    guard->ndigits = 0;

    switch (byte) {
    case '+':
    case '-':
        guard->state = ON_TEXT;
        return 0;
    case ':':
    case '$':
    case '*':
        guard->state = ON_NUMBER;
        return 0;
    default:
        return guard_fail(guard, "not a RESP2 reply");
    }
}


static int
guard_digit(pz_redis_guard_t *guard, char byte)
{
    if (byte == '\r') {
        guard->state = ON_LINE_LF;
        return 0;
    }

    if ((byte != '-' && (byte < '0' || byte > '9'))
        || guard->ndigits == sizeof(guard->digits))
    {
        return guard_fail(guard, "malformed number");
    }

    guard->digits[guard->ndigits++] = byte;
    return 0;
}


/* One byte in a state where each byte decides: 1 ends the reply. */
static int
guard_byte(pz_redis_guard_t *guard, char byte)
{
    switch (guard->state) {
    case ON_TYPE:
        return guard_type(guard, byte);

    case ON_NUMBER:
        return guard_digit(guard, byte);

    case ON_TEXT:
        guard->state = ON_LINE_LF;
        return byte == '\r' ? 0 : guard_fail(guard, "line feed inside a line");

    case ON_LINE_LF:
        return byte == '\n' ? guard_line_end(guard)
                            : guard_fail(guard, "carriage return inside a line");

    case ON_BODY_CR:
        guard->state = ON_BODY_LF;
        return byte == '\r' ? 0 : guard_fail(guard, "no CRLF behind a string");

    default:
        return byte == '\n' ? guard_element_end(guard)
                            : guard_fail(guard, "no CRLF behind a string");
    }
}


/* Bytes that no state has to look at one by one. */
static size_t
guard_skip(pz_redis_guard_t *guard, const char *from, size_t len)
{
    size_t  n;

    if (guard->state == ON_BODY) {
        n = len < guard->body ? len : guard->body;
        guard->body -= n;

        if (guard->body == 0) {
            guard->state = ON_BODY_CR;
        }

        return n;
    }

    if (guard->state == ON_TEXT) {
        for (n = 0; n < len && from[n] != '\r' && from[n] != '\n'; n++) {
            continue;
        }

        return n;
    }

    return 0;
}


void
pz_redis_guard_init(pz_redis_guard_t *guard, const pz_redis_limits_t *limits)
{
    memset(guard, 0, sizeof(*guard));
    guard->limits = defaults;

    if (limits != NULL) {
        guard->limits.bytes = limits->bytes ? limits->bytes : defaults.bytes;
        guard->limits.elements = limits->elements ? limits->elements
                                                  : defaults.elements;
        guard->limits.depth = limits->depth ? limits->depth : defaults.depth;
    }

    if (guard->limits.depth > PZ_REDIS_GUARD_DEPTH) {
        guard->limits.depth = PZ_REDIS_GUARD_DEPTH;
    }

    /* hiredis counts the elements of one array in an int. */
    if (guard->limits.elements > INT32_MAX) {
        guard->limits.elements = INT32_MAX;
    }
}


/* A run of bytes, or one that decides: 1 ends the reply. */
static int
guard_step(pz_redis_guard_t *guard, const char *from, size_t len, size_t *used)
{
    *used = guard_skip(guard, from, len);
    guard->bytes += *used;

    if (*used > 0) {
        return 0;
    }

    *used = 1;
    guard->bytes++;
    return guard_byte(guard, from[0]);
}


ptrdiff_t
pz_redis_guard_scan(pz_redis_guard_t *guard, pz_str_t bytes, int *done)
{
    int     rc;
    size_t  at, end, used;

    *done = 0;

    if (guard->error != NULL) {
        return -1;
    }

    if (guard->state == ON_TYPE && guard->depth == 0) {
        guard->bytes = 0;
        guard->elements = 0;
    }

    end = guard->limits.bytes - guard->bytes;
    end = bytes.len < end ? bytes.len : end;

    for (at = 0; at < end; at += used) {
        rc = guard_step(guard, bytes.data + at, end - at, &used);

        if (rc < 0) {
            return -1;
        }

        if (rc > 0) {
            *done = 1;
            return (ptrdiff_t) (at + used);
        }
    }

    if (guard->bytes == guard->limits.bytes) {
        return guard_fail(guard, "reply is larger than the limit");
    }

    return (ptrdiff_t) at;
}
