/*
 * Which page a response is.
 */
#include "ngx_pz_page_key.h"

/*
 * Seconds until a change of the bytes surely changes the time, too: what was
 * changed later than that may change again and keep its time.
 */
#define NGX_PZ_PAGE_KEY_SETTLED  2

/* Words only, so that there are no holes: it is compared as bytes. */
typedef struct {
    uint64_t  device;
    uint64_t  inode;
    uint64_t  size;
    uint64_t  modified;    /* ns */
    uint64_t  changed;     /* ns */
    uint64_t  begin;       /* where in the file the page begins */
} ngx_pz_page_key_file_t;


void
ngx_pz_page_key_note(ngx_pz_request_t *pr)
{
    ngx_table_elt_t     *etag;
    ngx_http_request_t  *r;

    r = pr->request;
    etag = r->headers_out.etag;

    pr->length = r->headers_out.content_length_n;
    pr->modified = r->headers_out.last_modified_time;

    if (etag != NULL && etag->hash != 0) {
        pr->etag = etag->value;
    }
}


static ngx_uint_t
ngx_pz_page_key_is_settled(time_t changed)
{
    return changed >= 0 && ngx_time() - changed >= NGX_PZ_PAGE_KEY_SETTLED;
}


static uint64_t
ngx_pz_page_key_ns(const struct timespec *time)
{
    return (uint64_t) time->tv_sec * 1000000000u + (uint64_t) time->tv_nsec;
}


static ngx_int_t
ngx_pz_page_key_file(ngx_buf_t *file, pz_sb_t *sb)
{
    pz_str_t                bytes;
    struct stat             st;
    ngx_pz_page_key_file_t  key;

    if (fstat(file->file->fd, &st) == -1
        || !ngx_pz_page_key_is_settled(st.st_mtime)
        || !ngx_pz_page_key_is_settled(st.st_ctime))
    {
        return NGX_DECLINED;
    }

    key.device = (uint64_t) st.st_dev;
    key.inode = (uint64_t) st.st_ino;
    key.size = (uint64_t) st.st_size;
    key.modified = ngx_pz_page_key_ns(&st.st_mtim);
    key.changed = ngx_pz_page_key_ns(&st.st_ctim);
    key.begin = (uint64_t) file->file_pos;

    bytes.data = (char *) &key;
    bytes.len = sizeof(key);

    pz_sb_byte(sb, 'F');
    pz_sb_add(sb, bytes);

    return NGX_OK;
}


static ngx_uint_t
ngx_pz_page_key_is_strong(ngx_str_t *etag)
{
    return etag->len > 2 && etag->data[0] == '"';
}


/* nginx makes the ETag of a file from its time, so that it says no more than that. */
static ngx_uint_t
ngx_pz_page_key_is_valid(ngx_pz_request_t *pr)
{
    if (pr->length < 0) {
        return 0;
    }

    if (ngx_pz_page_key_is_strong(&pr->etag) && pr->request->upstream != NULL) {
        return 1;
    }

    return ngx_pz_page_key_is_settled(pr->modified);
}


static ngx_int_t
ngx_pz_page_key_header(ngx_pz_request_t *pr, pz_sb_t *sb)
{
    uint64_t             told[2];
    pz_str_t             bytes;
    ngx_http_request_t  *r;

    if (!ngx_pz_page_key_is_valid(pr)) {
        return NGX_DECLINED;
    }

    r = pr->request;

    told[0] = (uint64_t) pr->length;
    told[1] = (uint64_t) pr->modified;
    bytes.data = (char *) told;
    bytes.len = sizeof(told);

    pz_sb_byte(sb, 'H');
    pz_sb_add(sb, bytes);
    pz_sb_add(sb, ngx_pz_str(pr->etag));
    pz_sb_byte(sb, ' ');
    pz_sb_add(sb, ngx_pz_str(r->headers_in.server));
    pz_sb_add(sb, ngx_pz_str(r->uri));
    pz_sb_byte(sb, '?');
    pz_sb_add(sb, ngx_pz_str(r->args));
    pz_sb_byte(sb, ' ');
    pz_sb_add(sb, ngx_pz_str(r->unparsed_uri));

    return NGX_OK;
}


ngx_int_t
ngx_pz_page_key(ngx_pz_request_t *pr, ngx_buf_t *file, pz_sb_t *sb)
{
    if (pr->request->headers_out.status != NGX_HTTP_OK || pr->request->err_status != 0) {
        return NGX_DECLINED;
    }

    return (file != NULL) ? ngx_pz_page_key_file(file, sb)
                          : ngx_pz_page_key_header(pr, sb);
}
