#include "pz_sb.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PZ_SB_FIRST  256    /* what is not used is given back */

void
pz_sb_init(pz_sb_t *sb, pz_arena_t *arena, size_t max)
{
    memset(sb, 0, sizeof(pz_sb_t));
    sb->arena = arena;
    /* room for the zero: len + 1 never overflows */
    sb->max = max == SIZE_MAX ? max - 1 : max;
}

/* Move to, or stretch to, `room` bytes. */
static int
pz_sb_resize(pz_sb_t *sb, size_t room)
{
    char *data;

    if (pz_arena_resize(sb->arena, sb->data, sb->room, room) != 0) {
        data = pz_arena_alloc(sb->arena, room);
        if (data == NULL) {
            return -1;
        }
        if (sb->len != 0) {
            memcpy(data, sb->data, sb->len);
        }
        sb->data = data;
    }
    sb->room = room;
    return 0;
}

/* Room for `more` bytes and the zero behind them; 0 or -1, and it sticks. */
static int
pz_sb_reserve(pz_sb_t *sb, size_t more)
{
    size_t needed, room;

    if (sb->failed || more > sb->max - sb->len) {
        sb->failed = 1;
        return -1;
    }
    needed = sb->len + more + 1;
    if (needed <= sb->room) {
        return 0;
    }
    room = sb->room == 0 ? PZ_SB_FIRST : sb->room;
    while (room < needed) {
        room = room > SIZE_MAX / 2 ? needed : room * 2;
    }
    if (room > sb->max + 1) {
        room = sb->max + 1;
    }
    /* near the budget's end, what is needed may still fit */
    if (pz_sb_resize(sb, room) != 0 && pz_sb_resize(sb, needed) != 0) {
        sb->failed = 1;
        return -1;
    }
    return 0;
}

void
pz_sb_add(pz_sb_t *sb, pz_str_t bytes)
{
    if (bytes.len == 0 || pz_sb_reserve(sb, bytes.len) != 0) {
        return;
    }
    memcpy(sb->data + sb->len, bytes.data, bytes.len);
    sb->len += bytes.len;
}

void
pz_sb_byte(pz_sb_t *sb, char byte)
{
    if (pz_sb_reserve(sb, 1) == 0) {
        sb->data[sb->len++] = byte;
    }
}

void
pz_sb_literal(pz_sb_t *sb, const char *zero_terminated)
{
    pz_sb_add(sb, pz_str_from(zero_terminated));
}

void
pz_sb_printf(pz_sb_t *sb, const char *format, ...)
{
    int     len;
    va_list args;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);

    if (len < 0) {
        sb->failed = 1;
        return;
    }
    if (pz_sb_reserve(sb, (size_t) len) != 0) {
        return;
    }
    va_start(args, format);
    vsnprintf(sb->data + sb->len, (size_t) len + 1, format, args);
    va_end(args);
    sb->len += (size_t) len;
}

/* A locale may write the decimal point as any bytes, even as several. */
static void
pz_sb_add_decimal(pz_sb_t *sb, const char *text)
{
    int point = 0;

    for (; *text != '\0'; text++) {
        if ((*text >= '0' && *text <= '9') || strchr("+-e", *text) != NULL) {
            point = 0;
            pz_sb_byte(sb, *text);
        } else if (!point) {
            point = 1;
            pz_sb_byte(sb, '.');
        }
    }
}

/*
 * The fewest digits that read back as the same number.  "%.*e" tells the power
 * of ten, and so how many decimals those digits are.
 */
static void
pz_sb_fraction(pz_sb_t *sb, double number)
{
    int  digits, power = 0;
    char text[400];    /* 1e-308 has 308 + 17 places */

    for (digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    if (fabs(number) < 1e15) {
        power = atoi(strchr(text, 'e') + 1);
        digits = digits - 1 - power;
        snprintf(text, sizeof(text), "%.*f", digits < 0 ? 0 : digits, number);
    }
    pz_sb_add_decimal(sb, text);
}

void
pz_sb_number(pz_sb_t *sb, double number)
{
    if (isnan(number)) {
        pz_sb_literal(sb, "nan");
    } else if (isinf(number)) {
        pz_sb_literal(sb, number < 0 ? "-inf" : "inf");
    } else if (fabs(number) < 1e15 && number == (double) (long long) number) {
        pz_sb_printf(sb, "%lld", (long long) number);
    } else {
        pz_sb_fraction(sb, number);
    }
}

int
pz_sb_done(pz_sb_t *sb, pz_str_t *text)
{
    if (pz_sb_reserve(sb, 0) != 0) {
        return -1;
    }
    sb->data[sb->len] = '\0';
    text->data = sb->data;
    text->len = sb->len;

    /* give the rest back; where that cannot be, it stays */
    if (pz_arena_resize(sb->arena, sb->data, sb->room, sb->len + 1) == 0) {
        sb->room = sb->len + 1;
    }
    return 0;
}
