#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pz_charset.h"
#include "pz_cli.h"
#include "pz_cli_case.h"
#include "pz_cli_file.h"
#include "pz_cli_slots.h"
#include "pz_cli_usage.h"
#include "pz_escape.h"
#include "pz_rewriter.h"

typedef struct {
    const pz_str_t *slots;
} pz_cli_preview_t;


static void
pz_cli_preview_on_fault(void *data, pz_str_t rule, const pz_error_t *error, int switched_off)
{
    char line[1024];

    (void) data;
    (void) switched_off;
    fprintf(stderr, "%s (in %.*s)\n", pz_error_print(error, line, sizeof(line)),
            (int) rule.len, rule.data);
}


static int
pz_cli_preview_on_span(void *data, const pz_span_t *span)
{
    pz_str_t          bytes = span->bytes;
    pz_cli_preview_t *preview = data;

    if (span->kind == PZ_SPAN_SLOT) {
        bytes = preview->slots[span->slot];
    } else if (span->spare && preview->slots[span->slot].len > 0) {
        return 0;    /* the slot has come in their place */
    }
    return (bytes.len == 0 || fwrite(bytes.data, 1, bytes.len, stdout) == bytes.len) ? 0 : -1;
}


/* What a marketer would otherwise have to find out: headers, and selectors without a match. */
static void
pz_cli_preview_say(const pz_plan_t *plan, const pz_rewriter_t *rw)
{
    size_t                i;
    pz_str_t              at;
    const char           *op;
    pz_rewriter_outcome_t outcome = pz_rewriter_outcome(rw);

    for (i = 0; i < plan->nheaders; i++) {
        fprintf(stderr, "header %.*s: %.*s\n", (int) plan->headers[i].name.len,
                plan->headers[i].name.data, (int) plan->headers[i].value.len,
                plan->headers[i].value.data);
    }
    for (i = 0; i < plan->nedits; i++) {
        at = pz_selector_text(plan->edits[i].selector);
        op = pz_edit_op_name(plan->edits[i].op);
        if (pz_rewriter_refused(rw, i) != 0) {
            fprintf(stderr, "%s at \"%.*s\": %u left alone: values are not safe in a script, a "
                    "style or what else loads or runs things\n", op, (int) at.len, at.data,
                    pz_rewriter_refused(rw, i));
        } else if (pz_rewriter_matches(rw, i) == 0) {
            fprintf(stderr, "%s at \"%.*s\": nothing on the page matches\n", op, (int) at.len,
                    at.data);
        }
    }
    if (outcome != PZ_OUTCOME_EDITING && outcome != PZ_OUTCOME_DONE) {
        fprintf(stderr, "editing ended early: %s\n", pz_rewriter_outcome_name(outcome));
    }
}


/* The rewriter makes plain edits fit the page's encoding; slots are ours to do. */
static int
pz_cli_preview_encode(pz_cli_case_t *c, const pz_plan_t *plan, pz_str_t *slots)
{
    size_t  i;
    pz_sb_t sb;

    for (i = 0; i < plan->nwants; i++) {
        pz_sb_init(&sb, c->arena, 4 * 1024 * 1024);
        pz_escape_html_ascii(&sb, slots[i]);
        if (pz_sb_done(&sb, &slots[i]) != 0) {
            return -1;
        }
    }
    return 0;
}


static int
pz_cli_preview_write(pz_cli_case_t *c, const pz_plan_t *plan, pz_str_t *slots, pz_str_t page)
{
    pz_charset_t          charset;
    pz_rewriter_t        *rw;
    pz_cli_preview_t      preview;
    pz_rewriter_options_t options;

    preview.slots = slots;
    memset(&options, 0, sizeof(options));
    charset = pz_charset_sniff(PZ_STR_NONE, pz_str_head(page, PZ_CHARSET_SNIFF));
    options.ascii_only = (charset == PZ_CHARSET_ASCII);
    if (charset == PZ_CHARSET_OPAQUE) {
        fprintf(stderr, "the page's encoding is not ASCII-compatible: left as it is\n");
    }
    if (options.ascii_only && pz_cli_preview_encode(c, plan, slots) != 0) {
        fprintf(stderr, "personalize preview: no memory for the widgets\n");
        return PZ_CLI_FAILED;
    }
    rw = pz_rewriter_create(c->arena, plan->edits,
                            charset == PZ_CHARSET_OPAQUE ? 0 : plan->nedits, &options,
                            pz_cli_preview_on_span, &preview);
    if (rw == NULL || pz_rewriter_feed(rw, page) != 0 || pz_rewriter_end(rw) != 0
        || fflush(stdout) != 0)
    {
        fprintf(stderr, "personalize preview: the page could not be written\n");
        return PZ_CLI_FAILED;
    }
    if (charset != PZ_CHARSET_OPAQUE) {
        pz_cli_preview_say(plan, rw);
    }
    return PZ_CLI_OK;
}


static int
pz_cli_preview_run(pz_cli_case_t *c, pz_str_t page)
{
    pz_str_t          *slots;
    pz_plan_t          plan;
    pz_ruleset_input_t in = pz_cli_case_input(c);

    in.on_fault = pz_cli_preview_on_fault;
    if (pz_ruleset_plan(c->rules, &in, &plan) != 0) {
        fprintf(stderr, "personalize preview: no memory for the plan\n");
        return PZ_CLI_FAILED;
    }
    slots = pz_arena_array(c->arena, plan.nwants + 1, sizeof(pz_str_t));
    if (slots == NULL || pz_cli_slots_fill(c, &in, &plan, slots) != 0) {
        fprintf(stderr, "personalize preview: no memory for the widgets\n");
        return PZ_CLI_FAILED;
    }
    return pz_cli_preview_write(c, &plan, slots, page);
}


int
pz_cli_preview(int argc, char **argv)
{
    int           rc;
    pz_str_t      page = PZ_STR_NONE;
    pz_cli_case_t c;

    rc = pz_cli_case_open(&c, argc, argv);
    if (rc == PZ_CLI_OK && c.page == NULL) {
        rc = pz_cli_usage_error("preview", "which page?");
    }
    if (rc == PZ_CLI_OK) {
        rc = (pz_cli_file_read("preview", c.page, &page) == 0) ? pz_cli_preview_run(&c, page)
             : PZ_CLI_FAILED;
    }
    free((char *) page.data);
    pz_cli_case_close(&c);
    return rc;
}
