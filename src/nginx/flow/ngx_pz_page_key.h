/*
 * Which page a response is: what stays the same as long as its bytes do.
 *
 * A file is known by its inode, size and times.  A response that does not come
 * as a file is known by its URI and the origin's validators (RFC 9110, section
 * 8.8): a strong ETag, or a Last-Modified that is not of just now; and in both
 * cases its length, since a filter that changes bodies must take that away.
 */
#ifndef NGX_PZ_PAGE_KEY_H
#define NGX_PZ_PAGE_KEY_H

#include "ngx_pz_request.h"

/* What the origin says of its bytes; to be taken before the header is changed. */
void ngx_pz_page_key_note(ngx_pz_request_t *pr);

/*
 * Append the key of the page that the file buffer is (all of it), or that the
 * noted header tells of when `file` is NULL.  NGX_DECLINED: nothing tells for
 * certain, or it changed just now.
 */
ngx_int_t ngx_pz_page_key(ngx_pz_request_t *pr, ngx_buf_t *file, pz_sb_t *sb);

#endif
