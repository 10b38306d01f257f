#include "pz_cli_token_out.h"
#include "pz_doctype.h"

#include <stdio.h>
#include <string.h>


void
pz_cli_token_out_end(pz_cli_token_out_t *out)
{
    if (out->in_characters) {
        pz_cli_token_text_end(&out->text);
        puts("\"]");
        out->in_characters = 0;
    }
}


void
pz_cli_token_out_characters(pz_cli_token_out_t *out, pz_str_t text, int keep_nul)
{
    if (text.len == 0) {
        return;
    }

    if (!out->in_characters) {
        fputs("[\"Character\", \"", stdout);
        out->text = (pz_cli_token_text_t) { .ncut = 0 };
        out->in_characters = 1;
    }

    pz_cli_token_text(&out->text, text, keep_nul ? PZ_CLI_TEXT_KEEP_NUL : 0);
}


static void
body(pz_cli_token_out_t *out, pz_str_t text, int is_cdata)
{
    if (is_cdata) {
        pz_cli_token_out_characters(out, text, 1);
    } else {
        pz_cli_token_text(&out->text, text, 0);
    }
}


void
pz_cli_token_out_piece(pz_cli_token_out_t *out, pz_str_t piece, int is_cdata)
{
    size_t give, have = out->ntail + piece.len;

    if (!is_cdata && !out->in_comment) {
        pz_cli_token_out_end(out);
        fputs("[\"Comment\", \"", stdout);
        out->text = (pz_cli_token_text_t) { .ncut = 0 };
        out->in_comment = 1;
    }

    if (piece.len >= PZ_CLI_TOKEN_TAIL) {
        body(out, (pz_str_t) { out->tail, out->ntail }, is_cdata);
        body(out, pz_str_head(piece, piece.len - PZ_CLI_TOKEN_TAIL), is_cdata);
        memcpy(out->tail, piece.data + piece.len - PZ_CLI_TOKEN_TAIL, PZ_CLI_TOKEN_TAIL);
        out->ntail = PZ_CLI_TOKEN_TAIL;
        return;
    }

    give = have > PZ_CLI_TOKEN_TAIL ? have - PZ_CLI_TOKEN_TAIL : 0;
    body(out, (pz_str_t) { out->tail, give }, is_cdata);
    memmove(out->tail, out->tail + give, out->ntail - give);
    if (piece.len) {
        memcpy(out->tail + out->ntail - give, piece.data, piece.len);
    }
    out->ntail += piece.len - give;
}


void
pz_cli_token_out_piece_end(pz_cli_token_out_t *out, unsigned trim, int is_cdata)
{
    pz_cli_token_out_piece(out, PZ_STR_NONE, is_cdata);
    out->ntail -= trim < out->ntail ? trim : out->ntail;
    body(out, (pz_str_t) { out->tail, out->ntail }, is_cdata);
    out->ntail = 0;

    if (!is_cdata) {
        pz_cli_token_text_end(&out->text);
        puts("\"]");
        out->in_comment = 0;
    }
}


void
pz_cli_token_out_doctype(pz_cli_token_out_t *out, pz_str_t bytes)
{
    pz_doctype_t d;

    pz_cli_token_out_end(out);
    pz_doctype_read(bytes, &d);
    fputs("[\"DOCTYPE\", ", stdout);
    pz_cli_token_string(d.name, PZ_CLI_TEXT_LOWER);
    fputs(", ", stdout);
    pz_cli_token_string(d.public_id, 0);
    fputs(", ", stdout);
    pz_cli_token_string(d.system_id, 0);
    puts(d.force_quirks ? ", false]" : ", true]");
}


static void
attributes(const pz_tag_t *tag)
{
    const char *at = NULL;
    pz_attr_t   attr, first;
    int         n = 0;

    fputs(", {", stdout);
    while (pz_tag_next_attr(tag, &at, &attr)) {
        if (pz_tag_find_attr(tag, attr.name, &first) && first.name.data != attr.name.data) {
            continue;
        }
        if (n++) {
            fputs(", ", stdout);
        }
        pz_cli_token_string(attr.name, PZ_CLI_TEXT_LOWER);
        fputs(": ", stdout);
        pz_cli_token_string(attr.value.data ? attr.value : PZ_STR(""), 0);
    }
    putchar('}');
}


void
pz_cli_token_out_tag(pz_cli_token_out_t *out, const pz_tag_t *tag)
{
    pz_cli_token_out_end(out);
    fputs(tag->end ? "[\"EndTag\", " : "[\"StartTag\", ", stdout);
    pz_cli_token_string(tag->name, PZ_CLI_TEXT_LOWER);
    if (!tag->end) {
        attributes(tag);
        if (tag->self_closing) {
            fputs(", true", stdout);
        }
    }
    puts("]");
}
