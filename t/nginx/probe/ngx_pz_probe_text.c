#include "ngx_pz_probe.h"

#define NGX_PZ_PROBE_WORDS  32


ngx_uint_t
ngx_pz_probe_number(ngx_http_request_t *r, const char *name, ngx_uint_t otherwise)
{
    ngx_int_t  n;
    ngx_str_t  value;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &value) != NGX_OK) {
        return otherwise;
    }

    n = ngx_atoi(value.data, value.len);
    return n == NGX_ERROR ? otherwise : (ngx_uint_t) n;
}


/* Percent-decoded, "%d" (written %25d) replaced by the index. */
static ngx_int_t
ngx_pz_probe_word(pz_arena_t *arena, u_char *from, size_t len, ngx_uint_t index,
    pz_str_t *word)
{
    u_char    *text, *to, *src;
    pz_sb_t    sb;
    pz_str_t   rest;
    ptrdiff_t  at;

    text = pz_arena_alloc(arena, len + 1);
    if (text == NULL) {
        return NGX_ERROR;
    }

    to = text;
    src = from;
    ngx_unescape_uri(&to, &src, len, 0);

    rest.data = (char *) text;
    rest.len = to - text;
    at = pz_str_find(rest, PZ_STR("%d"));

    pz_sb_init(&sb, arena, 1024 * 1024);
    pz_sb_add(&sb, at < 0 ? rest : pz_str_head(rest, at));

    if (at >= 0) {
        pz_sb_printf(&sb, "%u", (unsigned) index);
        pz_sb_add(&sb, pz_str_skip(rest, at + 2));
    }

    return pz_sb_done(&sb, word) == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_pz_probe_command(pz_sb_t *sb, u_char *from, u_char *end, ngx_uint_t index,
    pz_str_t *last_word)
{
    u_char    *stop;
    size_t     n;
    pz_str_t   words[NGX_PZ_PROBE_WORDS];

    for (n = 0; n < NGX_PZ_PROBE_WORDS && from <= end; n++) {
        stop = ngx_strlchr(from, end, '+');
        stop = stop == NULL ? end : stop;

        if (ngx_pz_probe_word(sb->arena, from, stop - from, index, &words[n]) != NGX_OK) {
            return NGX_ERROR;
        }

        from = stop + 1;
    }

    pz_redis_command(sb, words, n);
    *last_word = words[n - 1];
    return NGX_OK;
}


ngx_int_t
ngx_pz_probe_commands(ngx_http_request_t *r, pz_arena_t *arena, ngx_uint_t index,
    pz_str_t *commands, ngx_uint_t *count, pz_str_t *last_word)
{
    u_char   *p, *end, *stop;
    pz_sb_t   sb;

    pz_sb_init(&sb, arena, 4 * 1024 * 1024);
    *count = 0;

    p = r->args.data;
    end = p + r->args.len;

    while (p < end) {
        stop = ngx_strlchr(p, end, '&');
        stop = stop == NULL ? end : stop;

        if (stop - p > 2 && p[0] == 'c' && p[1] == '=') {
            if (ngx_pz_probe_command(&sb, p + 2, stop, index, last_word) != NGX_OK) {
                return NGX_ERROR;
            }

            (*count)++;
        }

        p = stop + 1;
    }

    return pz_sb_done(&sb, commands) == 0 ? NGX_OK : NGX_ERROR;
}


const char *
ngx_pz_probe_status(ngx_pz_query_status_e status)
{
    static const char *const words[] = { "ok", "timeout", "closed", "refused" };

    return words[status];
}


static void
ngx_pz_probe_bytes(pz_sb_t *sb, pz_str_t text)
{
    if (text.len <= 1024) {
        pz_sb_add(sb, text);
        return;
    }

    pz_sb_printf(sb, "%zu bytes, crc %x", text.len,
                 (unsigned) ngx_crc32_long((u_char *) text.data, text.len));
}


void
ngx_pz_probe_reply(pz_sb_t *sb, const pz_reply_t *reply, ngx_uint_t indent)
{
    size_t  i;

    for (i = 0; i < indent; i++) {
        pz_sb_byte(sb, ' ');
    }

    if (reply == NULL) {
        pz_sb_literal(sb, "(no room)\n");
        return;
    }

    switch (reply->type) {
    case PZ_REPLY_NIL:
        pz_sb_literal(sb, "(nil)");
        break;
    case PZ_REPLY_INTEGER:
        pz_sb_printf(sb, ":%lld", (long long) reply->integer);
        break;
    case PZ_REPLY_ARRAY:
        pz_sb_printf(sb, "*%zu", reply->nitems);
        break;
    default:
        pz_sb_literal(sb, reply->type == PZ_REPLY_STATUS ? "+"
                          : reply->type == PZ_REPLY_ERROR ? "-" : "$");
        ngx_pz_probe_bytes(sb, reply->text);
    }

    pz_sb_byte(sb, '\n');

    for (i = 0; i < reply->nitems; i++) {
        ngx_pz_probe_reply(sb, reply->items[i], indent + 1);
    }
}


ngx_int_t
ngx_pz_probe_send_text(ngx_http_request_t *r, pz_sb_t *sb)
{
    ngx_int_t    rc;
    pz_str_t     text;
    ngx_buf_t   *b;
    ngx_chain_t  out;

    if (pz_sb_done(sb, &text) != 0 || text.len == 0) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b = ngx_create_temp_buf(r->pool, text.len);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = ngx_cpymem(b->last, text.data, text.len);
    b->last_buf = 1;
    b->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = text.len;
    ngx_str_set(&r->headers_out.content_type, "text/plain");

    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;
    return ngx_http_output_filter(r, &out);
}
