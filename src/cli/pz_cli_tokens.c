#include "pz_cli.h"
#include "pz_cli_html.h"
#include "pz_cli_token_out.h"
#include "pz_cli_usage.h"
#include "pz_tree_build.h"

#include <string.h>

static const char command[] = "tokens";

static const char usage[] =
    "usage: personalize tokens [--chunk N] [--state STATE] [--last-start-tag NAME] < PAGE\n"
    "\n"
    "Prints one token a line as JSON, in the form of html5lib-tests.  Character references\n"
    "stay as written.\n"
    "\n"
    "  --state STATE  begin in this state, and let no tree builder change it: 'Data state',\n"
    "                 'PLAINTEXT state', 'RCDATA state', 'RAWTEXT state', 'Script data state'\n"
    "                 or 'CDATA section state'.  Without it the page is read as a browser\n"
    "                 would: a title is RCDATA, a script is a script.\n";

typedef struct {
    pz_scan_t          scan;
    pz_tree_t          tree;
    int                with_tree;
    pz_cli_token_out_t out;
    int                failed;
} tokens_t;


static void
tell_tree(tokens_t *t, const pz_tag_t *tag)
{
    if (!t->with_tree) {
        return;
    }

    if (tag->end) {
        pz_tree_end_tag(&t->tree, tag);
    } else {
        pz_tree_start(&t->tree, tag);
        if (t->tree.text != PZ_TEXT_DATA) {
            pz_scan_set_mode(&t->scan, t->tree.text, tag->name);
        }
    }

    t->scan.cdata = (uint8_t) pz_tree_in_foreign(&t->tree);
    t->with_tree = !t->tree.failed;
    if (t->tree.failed) {
        fprintf(stderr, "personalize tokens: elements are nested too deep: from here on every "
                "element is taken for plain HTML\n");
    }
}


static void
text_token(tokens_t *t, pz_str_t text)
{
    size_t i = 0;

    pz_cli_token_out_characters(&t->out, text, t->scan.mode == PZ_TEXT_DATA);
    if (t->with_tree && t->scan.mode == PZ_TEXT_DATA && text.len) {
        while (i < text.len && strchr(" \t\r\n\f", text.data[i])) {
            i++;
        }
        pz_tree_text(&t->tree, i == text.len);
    }
}


static int
token(tokens_t *t, pz_scan_event_t event)
{
    const pz_scan_t *scan = &t->scan;

    switch (event) {
    case PZ_SCAN_TAG:
        pz_cli_token_out_tag(&t->out, &scan->tag);
        if (scan->tag.end && scan->mode != PZ_TEXT_DATA) {
            pz_scan_set_mode(&t->scan, PZ_TEXT_DATA, PZ_STR_NONE);
        }
        tell_tree(t, &scan->tag);
        break;
    case PZ_SCAN_DOCTYPE:
        pz_cli_token_out_doctype(&t->out, scan->bytes);
        if (t->with_tree) {
            pz_tree_doctype(&t->tree, scan->bytes);
        }
        break;
    case PZ_SCAN_TEXT:
        text_token(t, scan->bytes);
        break;
    case PZ_SCAN_COMMENT:
    case PZ_SCAN_CDATA:
        pz_cli_token_out_piece(&t->out, scan->bytes, event == PZ_SCAN_CDATA);
        break;
    case PZ_SCAN_COMMENT_END:
    case PZ_SCAN_CDATA_END:
        pz_cli_token_out_piece(&t->out, scan->bytes, event == PZ_SCAN_CDATA_END);
        pz_cli_token_out_piece_end(&t->out, scan->trim, event == PZ_SCAN_CDATA_END);
        break;
    default:
        fprintf(stderr, "personalize tokens: %s\n", event == PZ_SCAN_LIMIT
                ? "a tag is longer than 1 MiB" : "not enough memory");
        t->failed = 1;
        return -1;
    }

    t->scan.carry.len = 0;

    return 0;
}


static int
on_chunk(void *data, pz_str_t bytes)
{
    tokens_t       *t = data;
    pz_scan_event_t event;

    if (t->failed) {
        return 0;
    }

    pz_scan_feed(&t->scan, bytes);
    while ((event = pz_scan_next(&t->scan)) != PZ_SCAN_MORE) {
        if (token(t, event)) {
            return 0;
        }
    }

    return ferror(stdout) ? -1 : 0;
}


static int
begin(tokens_t *t, const char *state, const char *last)
{
    static const struct {
        const char    *name;
        pz_text_mode_t mode;
    } states[] = {
        { "data", PZ_TEXT_DATA }, { "plaintext", PZ_TEXT_PLAINTEXT },
        { "rcdata", PZ_TEXT_RCDATA }, { "rawtext", PZ_TEXT_RAWTEXT },
        { "script data", PZ_TEXT_SCRIPT },
    };
    pz_str_t name = pz_str_from(state);

    t->with_tree = state == NULL;
    if (state == NULL) {
        return 0;
    }

    if (pz_str_ends(name, PZ_STR(" state"))) {
        name.len -= 6;
    }
    if (pz_str_ieq(name, PZ_STR("cdata section"))) {
        pz_scan_set_cdata(&t->scan);
        return 0;
    }

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (pz_str_ieq(name, pz_str_from(states[i].name))) {
            pz_scan_set_mode(&t->scan, states[i].mode, pz_str_from(last));
            return 0;
        }
    }

    return pz_cli_usage_error(command, "'%s' is no state to begin in", state);
}


static void
ignore_open(void *data, unsigned node, unsigned how)
{
    (void) data, (void) node, (void) how;
}


static void
ignore_close(void *data, unsigned node, int own, int popped)
{
    (void) data, (void) node, (void) own, (void) popped;
}


static void
ignore_move(void *data, pz_tree_move_t move, unsigned node, int touched)
{
    (void) data, (void) move, (void) node, (void) touched;
}


static int
print_tokens(pz_arena_t *arena, const char *state, const char *last, size_t chunk)
{
    static const pz_tree_ops_t ops = { ignore_open, ignore_close, ignore_move };
    tokens_t        t = { .with_tree = 0 };
    pz_scan_event_t event;
    int             rc;

    pz_scan_init(&t.scan, arena, 1 << 20);
    t.scan.want_text = t.scan.want_comments = 1;
    rc = begin(&t, state, last);
    if (rc) {
        return rc;
    }
    if (pz_tree_init(&t.tree, arena, 65536, &ops, NULL)) {
        return PZ_CLI_FAILED;
    }

    rc = pz_cli_read_stdin(command, chunk, on_chunk, &t);
    if (rc == PZ_CLI_OK && !t.failed) {
        event = pz_scan_end(&t.scan);
        if (event != PZ_SCAN_MORE) {
            token(&t, event);
        }
        pz_cli_token_out_end(&t.out);
        rc = pz_cli_flush(command);
    }

    return rc == PZ_CLI_OK && t.failed ? PZ_CLI_FAILED : rc;
}


int
pz_cli_tokens(int argc, char **argv)
{
    const char *state = NULL, *last = "";
    size_t      chunk = 0;
    pz_arena_t *arena;
    int         rc;

    if (pz_cli_usage_wanted(argc, argv, usage)) {
        return PZ_CLI_OK;
    }

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--chunk") == 0) {
            rc = pz_cli_chunk(command, argv[++i], &chunk);
            if (rc != PZ_CLI_OK) {
                return rc;
            }
        } else if (strcmp(argv[i], "--state") == 0 && i + 1 < argc) {
            state = argv[++i];
        } else if (strcmp(argv[i], "--last-start-tag") == 0 && i + 1 < argc) {
            last = argv[++i];
        } else {
            return pz_cli_usage_error(command, "'%s' is not understood, or lacks its value",
                                      argv[i]);
        }
    }

    arena = pz_cli_arena(command);
    if (arena == NULL) {
        return PZ_CLI_FAILED;
    }

    rc = print_tokens(arena, state, last, chunk);
    pz_arena_destroy(arena);

    return rc;
}
