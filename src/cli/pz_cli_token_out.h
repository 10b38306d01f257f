/*
 * Tokens on stdout, one a line, in the form of html5lib-tests: characters that
 * come in pieces are one token, and so is a comment.
 */
#ifndef PZ_CLI_TOKEN_OUT_H
#define PZ_CLI_TOKEN_OUT_H

#include "pz_cli_token_text.h"
#include "pz_tag.h"

#define PZ_CLI_TOKEN_TAIL  4    /* the most that closes a comment */

/* Zero at first. */
typedef struct {
    pz_cli_token_text_t text;
    int                 in_characters;      /* a ["Character", "... is being written */
    int                 in_comment;
    char                tail[PZ_CLI_TOKEN_TAIL];    /* of a comment or CDATA: it may close it */
    size_t              ntail;
} pz_cli_token_out_t;

void pz_cli_token_out_characters(pz_cli_token_out_t *out, pz_str_t text, int keep_nul);

/* A piece of a comment or of CDATA: its last bytes wait, for they may close it. */
void pz_cli_token_out_piece(pz_cli_token_out_t *out, pz_str_t piece, int is_cdata);

/* Its end, of which `trim` bytes are not content. */
void pz_cli_token_out_piece_end(pz_cli_token_out_t *out, unsigned trim, int is_cdata);

void pz_cli_token_out_doctype(pz_cli_token_out_t *out, pz_str_t bytes);
void pz_cli_token_out_tag(pz_cli_token_out_t *out, const pz_tag_t *tag);

/* The characters, if any, are over. */
void pz_cli_token_out_end(pz_cli_token_out_t *out);

#endif
