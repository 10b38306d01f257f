#include "pz_price.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    pz_str_t code;
    pz_str_t sign;
    int      decimals;    /* shown when there is a fraction; -1: always two */
} pz_price_currency_t;

static const pz_price_currency_t pz_price_currencies[] = {
    { PZ_STR("THB"), PZ_STR("฿"), 2 },
    { PZ_STR("USD"), PZ_STR("$"), -1 },
    { PZ_STR("EUR"), PZ_STR("€"), -1 },
    { PZ_STR("GBP"), PZ_STR("£"), -1 },
    { PZ_STR("JPY"), PZ_STR("¥"), 0 },
    { PZ_STR("CNY"), PZ_STR("CN¥"), 2 },
    { PZ_STR("KRW"), PZ_STR("₩"), 0 },
    { PZ_STR("INR"), PZ_STR("₹"), 2 },
    { PZ_STR("VND"), PZ_STR("₫"), 0 },
    { PZ_STR("SGD"), PZ_STR("S$"), -1 },
    { PZ_STR("AUD"), PZ_STR("A$"), -1 },
    { PZ_STR("HKD"), PZ_STR("HK$"), -1 },
};

#define PZ_PRICE_MAX  1e12    /* from here on it is no price: shown as written */


static const pz_price_currency_t *
pz_price_find(pz_str_t code)
{
    size_t i;

    for (i = 0; i < sizeof(pz_price_currencies) / sizeof(pz_price_currencies[0]); i++) {
        if (pz_str_ieq(code, pz_price_currencies[i].code)) {
            return &pz_price_currencies[i];
        }
    }
    return NULL;
}


/* Thousands are set apart by commas, as in English and in Thai. */
static void
pz_price_add_whole(pz_sb_t *sb, long long whole)
{
    int  i, n;
    char digits[24];

    n = snprintf(digits, sizeof(digits), "%lld", whole);
    for (i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            pz_sb_byte(sb, ',');
        }
        pz_sb_byte(sb, digits[i]);
    }
}


static void
pz_price_add_amount(pz_sb_t *sb, double amount, int decimals)
{
    long long cents;

    if (decimals == 0) {
        pz_price_add_whole(sb, llround(amount));
        return;
    }
    cents = llround(amount * 100);
    pz_price_add_whole(sb, cents / 100);
    if (decimals == -1 || cents % 100 != 0) {
        pz_sb_byte(sb, '.');
        pz_sb_byte(sb, (char) ('0' + cents % 100 / 10));
        pz_sb_byte(sb, (char) ('0' + cents % 10));
    }
}


void
pz_price_add(pz_sb_t *sb, pz_str_t price, pz_str_t currency)
{
    double                     amount;
    const pz_price_currency_t *known = pz_price_find(pz_str_trim(currency));

    if (pz_str_to_number(pz_str_trim(price), &amount) != 0 || amount < 0
        || amount > PZ_PRICE_MAX)
    {
        pz_sb_add(sb, price);
        return;
    }
    if (known != NULL) {
        pz_sb_add(sb, known->sign);
        pz_price_add_amount(sb, amount, known->decimals);
        return;
    }
    pz_price_add_amount(sb, amount, 2);
    if (currency.len > 0) {
        pz_sb_byte(sb, ' ');
        pz_sb_add(sb, currency);
    }
}
