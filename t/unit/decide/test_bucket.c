#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena_case.h"
#include "pz_bucket.h"
#include "pz_json.h"

/* The cases of GrowthBook's SDKs; not ours, so not in the tree. */
#define CASES  "../shared/conformance/growthbook-cases.json"

static pz_json_t  *cases;

static int
setup(void **state)
{
    size_t      len = 0;
    char       *text;
    FILE       *file = fopen(CASES, "rb");
    pz_error_t  error = { .text = "" };
    if (file == NULL) {
        return 0;
    }
    if (arena_setup(state) != 0) {
        return -1;
    }
    text = pz_arena_alloc(arena, 4 << 20);
    len = fread(text, 1, 4 << 20, file);
    fclose(file);
    cases = pz_json_read(arena, (pz_str_t) { text, len }, &error);
    if (cases == NULL) {
        print_error("%s: %s\n", CASES, error.text);
    }
    return cases == NULL;
}

static const pz_json_t *
section(const char *name)
{
    const pz_json_t *list;

    if (cases == NULL) {
        print_message(CASES " is not here\n");
        skip();
    }
    list = pz_json_member(cases, pz_str_from(name));
    assert_non_null(list);
    return list->first;
}

static const pz_json_t *
nth(const pz_json_t *list, int n)
{
    const pz_json_t *item = list->first;

    while (n-- > 0 && item != NULL) {
        item = item->next;
    }
    assert_non_null(item);
    return item;
}

static const pz_json_t *
member(const pz_json_t *object, const char *name)
{
    return pz_json_member(object, pz_str_from(name));
}

static void
test_hash(void **state)
{
    int              checked = 0;
    const pz_json_t *c;

    (void) state;
    for (c = section("hash"); c != NULL; c = c->next) {
        if (nth(c, 2)->number == 2) {
            assert_int_equal(pz_bucket(nth(c, 0)->text, nth(c, 1)->text),
                             (int) lround(nth(c, 3)->number * PZ_BUCKETS));
            checked++;
        }
    }
    assert_true(checked >= 7);
}

/*
 * Shares laid end to end, each followed by what its coverage leaves out: so a
 * range with coverage is a pair of weights, and an odd choice is "not in".
 */
static size_t
weights_of(const pz_json_t *ranges, double *weights)
{
    size_t           n = 0;
    double           end = 0;
    const pz_json_t *range;

    for (range = ranges->first; range != NULL; range = range->next) {
        if (n != 0) {
            weights[n - 1] = nth(range, 0)->number - end;
        }
        end = nth(range, 1)->number;
        weights[n++] = end - nth(range, 0)->number;
        weights[n++] = 0;
    }
    weights[n - 1] = 1 - end;
    return n;
}

static void
test_choose_variation(void **state)
{
    int              chosen, checked = 0;
    size_t           n;
    double           weights[64];
    const pz_json_t *c;

    (void) state;
    for (c = section("chooseVariation"); c != NULL; c = c->next) {
        n = weights_of(nth(c, 2), weights);
        chosen = pz_bucket_choose((unsigned) lround(nth(c, 1)->number * PZ_BUCKETS), weights,
                                  n);
        assert_int_equal(chosen % 2 ? -1 : chosen / 2, (int) nth(c, 3)->number);
        checked++;
    }
    assert_true(checked >= 13);
}

/* With full coverage our shares are GrowthBook's ranges, bucket by bucket. */
static void
test_bucket_ranges(void **state)
{
    int              i, checked = 0;
    size_t           n;
    double           weights[16], sum, bucket, coverage;
    const pz_json_t *c, *given, *weight, *range;

    (void) state;
    for (c = section("getBucketRange"); c != NULL; c = c->next) {
        given = nth(nth(c, 1), 2);
        coverage = nth(nth(c, 1), 1)->number;
        for (n = 0, sum = 0, weight = given->first; weight != NULL; weight = weight->next) {
            sum += weights[n++] = weight->number;
        }
        if (given->type == PZ_JSON_NULL) {
            for (n = 0; n < (size_t) nth(nth(c, 1), 0)->number; n++) {
                weights[n] = 1;
            }
            sum = 1;
        }
        if (coverage != 1 || fabs(sum - 1) > 1e-9 || n != (size_t) nth(nth(c, 1), 0)->number) {
            continue;    /* weights that are no shares: GrowthBook falls back to equal */
        }
        for (i = 0; i < PZ_BUCKETS; i++) {
            range = nth(nth(c, 2), pz_bucket_choose((unsigned) i, weights, n));
            bucket = (double) i / PZ_BUCKETS;
            assert_true(bucket >= nth(range, 0)->number && bucket < nth(range, 1)->number);
        }
        checked++;
    }
    assert_true(checked >= 4);
}

/* Whole experiments of hash version 2: bucket and variation. */
static int
check_result(const pz_json_t *attributes, const pz_json_t *result)
{
    int              chosen;
    size_t           n = 0;
    double           weights[64];
    unsigned         bucket;
    const pz_json_t *experiment = member(result, "experiment"), *seed, *list;
    const pz_json_t *given = member(result, "experimentResult");

    if (experiment == NULL || given == NULL || member(given, "bucket") == NULL
        || member(experiment, "hashVersion") == NULL
        || member(experiment, "hashVersion")->number != 2
        || pz_json_member(attributes, member(given, "hashAttribute")->text) == NULL)
    {
        return 0;
    }
    seed = member(experiment, "seed") ? member(experiment, "seed")
           : member(experiment, "key");
    bucket = pz_bucket(seed->text, member(given, "hashValue")->text);
    assert_int_equal(bucket, (int) lround(member(given, "bucket")->number * PZ_BUCKETS));

    if ((list = member(experiment, "ranges")) != NULL) {
        n = weights_of(list, weights);
        chosen = pz_bucket_choose(bucket, weights, n) / 2;
    } else if ((list = member(experiment, "weights")) != NULL
               && (member(experiment, "coverage") == NULL
                   || member(experiment, "coverage")->number == 1))
    {
        for (list = list->first; list != NULL; list = list->next) {
            weights[n++] = list->number;
        }
        chosen = pz_bucket_choose(bucket, weights, n);
    } else {
        return 1;
    }
    assert_int_equal(chosen, (int) member(given, "variationId")->number);
    return 1;
}

static void
test_experiments(void **state)
{
    int              checked = 0;
    const pz_json_t *c;

    (void) state;
    for (c = section("feature"); c != NULL; c = c->next) {
        checked += check_result(member(nth(c, 1), "attributes"), nth(c, 3));
    }
    for (c = section("contextualBandit"); c != NULL; c = c->next) {
        checked += check_result(member(nth(c, 1), "attributes"), nth(c, 3));
    }
    assert_true(checked >= 10);
}

static void
test_weights(void **state)
{
    double zero[] = { 0, 0 }, odd[] = { -5, NAN, 1, 0 }, half[] = { 50, 0, 50 };

    (void) state;
    assert_int_equal(pz_bucket_choose(5, zero, 2), -1);
    assert_int_equal(pz_bucket_choose(5, zero, 0), -1);
    assert_int_equal(pz_bucket_choose(0, odd, 4), 2);
    assert_int_equal(pz_bucket_choose(9999, odd, 4), 2);
    assert_int_equal(pz_bucket_choose(4999, half, 3), 0);
    assert_int_equal(pz_bucket_choose(5000, half, 3), 2);
    assert_int_equal(pz_bucket_choose(9999, half, 3), 2);
}

/* Weights that do not add up in binary leave no bucket without a variant. */
static void
test_every_bucket_has_one(void **state)
{
    int      n, i, chosen, last;
    double   weights[40];
    unsigned bucket;

    (void) state;
    for (n = 1; n <= 40; n++) {
        for (i = 0; i < n; i++) {
            weights[i] = 0.1 + i * 0.7;
        }
        for (bucket = 0, last = 0; bucket < PZ_BUCKETS; bucket++) {
            chosen = pz_bucket_choose(bucket, weights, (size_t) n);
            assert_in_range(chosen, last, n - 1);
            last = chosen;
        }
    }
}

/* Chi-squared over 100 cells for ids as people have them: 99 degrees, p = 1e-6. */
static void
test_uniform(void **state)
{
    int      i, j, counts[100], holdout[100];
    char     id[64];
    double   chi, chi_holdout;
    static const char *const forms[] = { "%d", "user-%08d", "%032x", "%d@example.com" };

    (void) state;
    for (j = 0; j < 4; j++) {
        memset(counts, 0, sizeof(counts));
        memset(holdout, 0, sizeof(holdout));
        for (i = 0; i < 100000; i++) {
            snprintf(id, sizeof(id), forms[j], i);
            counts[pz_bucket(PZ_STR("autumn"), pz_str_from(id)) / 100]++;
            holdout[pz_bucket_holdout(PZ_STR("autumn"), pz_str_from(id)) / 100]++;
        }
        for (i = 0, chi = 0, chi_holdout = 0; i < 100; i++) {
            chi += pow(counts[i] - 1000, 2) / 1000;
            chi_holdout += pow(holdout[i] - 1000, 2) / 1000;
        }
        assert_true(chi < 175);
        assert_true(chi_holdout < 175);
    }
}

/* Who is held out says nothing about the variant: the split stays even. */
static void
test_holdout_is_independent(void **state)
{
    int  i, held[2] = { 0, 0 };
    char id[32];

    (void) state;
    for (i = 0; i < 100000; i++) {
        snprintf(id, sizeof(id), "visitor%d", i);
        if (pz_bucket_holdout(PZ_STR("autumn"), pz_str_from(id)) < 1000) {
            held[pz_bucket(PZ_STR("autumn"), pz_str_from(id)) < 5000]++;
        }
    }
    assert_in_range(held[0] + held[1], 9600, 10400);
    assert_in_range(held[0], 4750, 5250);
    assert_in_range(held[1], 4750, 5250);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_choose_variation),
        cmocka_unit_test(test_bucket_ranges),
        cmocka_unit_test(test_experiments),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_every_bucket_has_one),
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_holdout_is_independent),
    };

    return cmocka_run_group_tests(tests, setup, arena_teardown);
}
