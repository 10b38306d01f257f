/*
 * A token's text as a JSON string, written piece by piece: CR LF and CR become
 * LF, NUL may become U+FFFD, bytes that are not UTF-8 become U+FFFD; a
 * character, or a CR LF, may be cut between two pieces.
 */
#ifndef PZ_CLI_TOKEN_TEXT_H
#define PZ_CLI_TOKEN_TEXT_H

#include "pz_str.h"

typedef struct {
    char     cut[4];    /* the first bytes of a character */
    unsigned ncut;
    int      after_cr;
} pz_cli_token_text_t;

#define PZ_CLI_TEXT_KEEP_NUL  0x1
#define PZ_CLI_TEXT_LOWER     0x2

/* Write a piece, without quotes around it. */
void pz_cli_token_text(pz_cli_token_text_t *t, pz_str_t piece, int flags);

/* The string has ended: what was cut is no character. */
void pz_cli_token_text_end(pz_cli_token_text_t *t);

/* A whole string with its quotes; null when data is NULL. */
void pz_cli_token_string(pz_str_t text, int flags);

#endif
