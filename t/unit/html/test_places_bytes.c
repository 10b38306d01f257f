/*
 * Places as they are stored: bytes that are none are refused, and others' edits
 * have another signature.
 */
#include "places_case.h"

/* What is no places is refused, and does no harm. */
static void
test_broken_bytes(void **state)
{
    run_t       run = { .rules = pz_arena_create(1 << 20, 0), .arena = pz_arena_create(BUDGET, 0),
                        .page = PZ_STR("<body><p class=a>x</p><ul><li>a<li>b</ul></body>") };
    pz_str_t    kept;
    pz_places_t places;
    char       *copy;

    (void) state;
    for (int i = 0; i < 400; i++) {
        make_edits(&run);
        if (tokenize(&run, 0, &kept)) {
            continue;
        }
        copy = malloc(kept.len + 1);
        memcpy(copy, kept.data, kept.len);
        if (i & 1) {
            copy[chance((unsigned) kept.len)] ^= (char) (1u << chance(8));
        } else {
            kept.len = chance((unsigned) kept.len + 1);
        }
        if (pz_places_read(run.arena, (pz_str_t) { copy, kept.len }, &places) == 0
            && places.ncounts == run.nedits)
        {
            pz_replay_t *rp;

            replay(&run, &places, STREAMED, 20, &rp);
            pz_places_check(&places, read_page, &run);
        }
        free(copy);
        pz_arena_reset(run.arena);
    }
    free(run.empty.data);
    free(run.filled.data);
    pz_arena_destroy(run.arena);
    pz_arena_destroy(run.rules);
}

static void
test_signature(void **state)
{
    pz_arena_t           *arena = pz_arena_create(1 << 20, 0);
    pz_rewriter_options_t options = { .max_tag = 1000 };
    pz_edit_t             edit = { .op = PZ_EDIT_APPEND, .slot = PZ_EDIT_NO_SLOT,
                                   .content = PZ_STR("a") };
    uint64_t              first;

    (void) state;
    edit.selector = pz_selector_parse(arena, PZ_STR("main"), NULL);
    first = pz_places_signature(&edit, 1, &options);
    assert_true(first != 0);

    edit.content = PZ_STR("another visitor's");
    assert_true(pz_places_signature(&edit, 1, &options) == first);
    edit.content = PZ_STR_NONE;
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.content = PZ_STR("\nin a pre");
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.content = PZ_STR("a");
    edit.limit = 1;
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.limit = 0;
    edit.selector = pz_selector_parse(arena, PZ_STR("body"), NULL);
    assert_true(pz_places_signature(&edit, 1, &options) != first);

    edit.op = PZ_EDIT_SET_ATTR;
    edit.name = PZ_STR("class");
    first = pz_places_signature(&edit, 1, &options);
    edit.content = PZ_STR("b");
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.has_values = 1;
    assert_true(pz_places_signature(&edit, 1, &options) == 0);
    pz_arena_destroy(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_bytes),
        cmocka_unit_test(test_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
