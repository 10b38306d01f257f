#include "pz_cli.h"
#include "pz_cli_html.h"
#include "pz_cli_usage.h"

#include <string.h>

static const char command[] = "rewrite";

static const char usage[] =
    "usage: personalize rewrite EDIT... [--chunk N] [--ascii] < PAGE > RESULT\n"
    "\n"
    "  --before SEL HTML          --after SEL HTML\n"
    "  --prepend SEL HTML         --append SEL HTML\n"
    "  --replace SEL HTML         --inner SEL HTML\n"
    "  --remove SEL\n"
    "  --set-attr SEL NAME VALUE  --remove-attr SEL NAME\n"
    "  --add-class SEL NAME       --remove-class SEL NAME\n"
    "  --limit N                  the edit before it acts on N matches at the most\n"
    "  --chunk N                  feed N bytes at a time: the result is the same\n"
    "  --ascii                    write inserted text with numeric references\n"
    "\n"
    "Edits at one place come out in the order given.  When editing has to end early,\n"
    "stderr says why, and the rest of the page passes as it is.\n";


static int
on_span(void *data, const pz_span_t *span)
{
    (void) data;

    return span->bytes.len && fwrite(span->bytes.data, span->bytes.len, 1, stdout) != 1 ? -1 : 0;
}


/* How many arguments an edit has behind its name. */
static int
arguments_of(pz_edit_op_t op)
{
    return op == PZ_EDIT_REMOVE ? 1 : op == PZ_EDIT_SET_ATTR ? 3 : 2;
}


/* The edit at argv[i]; returns the index behind it, or -1 after saying what is wrong. */
static int
parse_edit(int argc, char **argv, int i, pz_arena_t *arena, pz_edit_t *edit, int *rc)
{
    int op = strncmp(argv[i], "--", 2) ? -1 : pz_edit_op_from(pz_str_from(argv[i] + 2));
    int n;

    if (op < 0) {
        *rc = pz_cli_usage_error(command, "'%s' is no edit", argv[i]);
        return -1;
    }

    n = arguments_of((pz_edit_op_t) op);
    if (i + n >= argc) {
        *rc = pz_cli_usage_error(command, "%s takes %d arguments", argv[i], n);
        return -1;
    }

    *edit = (pz_edit_t) { .op = (pz_edit_op_t) op, .slot = PZ_EDIT_NO_SLOT };
    edit->selector = pz_cli_selector(command, arena, argv[i + 1]);
    if (edit->selector == NULL) {
        *rc = PZ_CLI_FAILED;
        return -1;
    }

    if (pz_edit_op_inserts(edit->op)) {
        edit->content = pz_str_from(argv[i + 2]);
    } else if (n > 1) {
        edit->name = pz_str_from(argv[i + 2]);
        edit->content = n > 2 ? pz_str_from(argv[i + 3]) : PZ_STR_NONE;
        if (pz_edit_check_name(edit->op, edit->name)) {
            *rc = pz_cli_usage_error(command, "%s: '%s' is no name that can be written in a tag",
                                     argv[i], argv[i + 2]);
            return -1;
        }
    }

    return i + 1 + n;
}


typedef struct {
    pz_edit_t            *edits;
    size_t                nedits;
    size_t                chunk;
    pz_rewriter_options_t options;
} job_t;


static int
parse_limit(const char *text, job_t *job)
{
    int64_t n;

    if (text == NULL || job->nedits == 0 || pz_str_to_int64(pz_str_from(text), &n) || n < 1
        || n > UINT32_MAX)
    {
        return pz_cli_usage_error(command, "--limit stands behind an edit and takes a number "
                                  "from 1 on");
    }

    job->edits[job->nedits - 1].limit = (unsigned) n;

    return PZ_CLI_OK;
}


static int
parse_arguments(int argc, char **argv, pz_arena_t *arena, job_t *job)
{
    int rc = PZ_CLI_OK;

    for (int i = 1; i < argc && i > 0 && rc == PZ_CLI_OK; ) {
        if (strcmp(argv[i], "--chunk") == 0) {
            rc = pz_cli_chunk(command, argv[i + 1], &job->chunk);
            i += 2;
        } else if (strcmp(argv[i], "--limit") == 0) {
            rc = parse_limit(argv[i + 1], job);
            i += 2;
        } else if (strcmp(argv[i], "--ascii") == 0) {
            job->options.ascii_only = 1;
            i++;
        } else {
            i = parse_edit(argc, argv, i, arena, &job->edits[job->nedits], &rc);
            job->nedits++;
        }
    }

    if (rc == PZ_CLI_OK && job->nedits == 0) {
        rc = pz_cli_usage_error(command, "an edit is missing, such as --append body HTML");
    }

    return rc;
}


int
pz_cli_rewrite(int argc, char **argv)
{
    pz_arena_t *arena;
    job_t       job = { .chunk = 0 };
    int         rc;

    /* further on it may be the text of an edit */
    if (pz_cli_usage_wanted(argc > 1 ? 2 : argc, argv, usage)) {
        return PZ_CLI_OK;
    }

    arena = pz_cli_arena(command);
    if (arena == NULL) {
        return PZ_CLI_FAILED;
    }

    job.edits = pz_arena_array(arena, (size_t) argc, sizeof(pz_edit_t));
    rc = job.edits ? parse_arguments(argc, argv, arena, &job) : pz_cli_no_memory(command);
    if (rc == PZ_CLI_OK) {
        rc = pz_cli_edit_stdin(command, job.chunk,
                               pz_rewriter_create(arena, job.edits, job.nedits, &job.options,
                                                  on_span, NULL));
    }

    pz_arena_destroy(arena);

    return rc;
}
