#include "ngx_pz_keep.h"


ngx_int_t
ngx_pz_keep(ngx_pool_t *pool, pz_sb_t *sb, pz_str_t *kept)
{
    u_char    *bytes;
    pz_str_t   text;

    if (pz_sb_done(sb, &text) != 0) {
        return NGX_ERROR;
    }

    bytes = ngx_pnalloc(pool, text.len);
    if (bytes == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(bytes, text.data, text.len);
    kept->data = (char *) bytes;
    kept->len = text.len;
    return NGX_OK;
}
