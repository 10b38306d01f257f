/*
 * Stage: the body.  What is done with a piece of the page: the charset is settled
 * by the first ones, then the editor is fed; what the piece was marked with follows.
 */
#ifndef NGX_PZ_BODY_USE_H
#define NGX_PZ_BODY_USE_H

#include "ngx_pz_body.h"

/* The next piece.  NGX_OK, or NGX_ERROR: no memory. */
ngx_int_t ngx_pz_body_use_piece(ngx_pz_body_t *body, ngx_pz_piece_t *piece);

/* All that is left of the file at the head, unseen.  NGX_DECLINED: it is to be read. */
ngx_int_t ngx_pz_body_use_file(ngx_pz_body_t *body);

#endif
