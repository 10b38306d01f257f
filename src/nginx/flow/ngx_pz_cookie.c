/*
 * The visitor cookie: parsing, verifying and writing it.
 */
#include "ngx_pz_cookie.h"
#include "ngx_pz_headers_in.h"
#include "ngx_pz_sign.h"

#define NGX_PZ_COOKIE_PURPOSE     "visitor"
#define NGX_PZ_COOKIE_MAC         22      /* base64url characters of NGX_PZ_MAC bytes */
#define NGX_PZ_COOKIE_ISSUED      10      /* base36 digits, at the most */
#define NGX_PZ_COOKIE_LONGEST     80
#define NGX_PZ_COOKIE_VERIFIED    32      /* of one request, at the most: each costs a MAC */
#define NGX_PZ_COOKIE_SKEW        86400   /* a cookie from another edge's clock */

typedef struct {
    ngx_array_t      *keys;
    ngx_str_t        *id;
    ngx_pz_cookie_e   outcome;
    ngx_uint_t        verified;
} ngx_pz_cookie_search_t;

typedef struct {
    ngx_str_t  text;       /* what is signed */
    ngx_str_t  id;
    time_t     issued;
    u_char    *key;
    u_char    *mac;
} ngx_pz_cookie_parts_t;

static const char  ngx_pz_base32[] = "0123456789abcdefghijklmnopqrstuv";
static const char  ngx_pz_base36[] = "0123456789abcdefghijklmnopqrstuvwxyz";


static time_t
ngx_pz_cookie_issued(u_char *p, u_char *end)
{
    time_t       n;
    const char  *digit;

    if (p == end || end - p > NGX_PZ_COOKIE_ISSUED) {
        return NGX_ERROR;
    }

    for (n = 0; p < end; p++) {
        digit = *p ? ngx_strchr(ngx_pz_base36, *p) : NULL;

        if (digit == NULL) {
            return NGX_ERROR;
        }

        n = n * 36 + (digit - ngx_pz_base36);
    }

    return n;
}


/* "V.<id>.<issued>" with or without ".<key>.<mac>"; NGX_DECLINED: it is not one. */
static ngx_int_t
ngx_pz_cookie_parse(ngx_str_t *value, ngx_uint_t is_signed,
    ngx_pz_cookie_parts_t *parts)
{
    u_char  *p, *end;

    p = value->data;
    end = p + value->len;

    if (value->len > NGX_PZ_COOKIE_LONGEST || value->len < 2 + NGX_PZ_COOKIE_ID + 2
        || p[0] != (is_signed ? '1' : '0') || p[1] != '.'
        || p[2 + NGX_PZ_COOKIE_ID] != '.')
    {
        return NGX_DECLINED;
    }

    parts->id.data = p + 2;
    parts->id.len = NGX_PZ_COOKIE_ID;

    for (p = parts->id.data; p < parts->id.data + NGX_PZ_COOKIE_ID; p++) {
        if (*p == '\0' || ngx_strchr(ngx_pz_base32, *p) == NULL) {
            return NGX_DECLINED;
        }
    }

    if (is_signed) {
        end -= 1 + 4 + 1 + NGX_PZ_COOKIE_MAC;

        if (end <= p + 1 || end[0] != '.' || end[5] != '.') {
            return NGX_DECLINED;
        }

        parts->key = end + 1;
        parts->mac = end + 6;
    }

    parts->issued = ngx_pz_cookie_issued(p + 1, end);
    parts->text.data = value->data;
    parts->text.len = end - value->data;

    return parts->issued == NGX_ERROR ? NGX_DECLINED : NGX_OK;
}


/*
 * base64url has two spare bits in the last character: only the one spelling
 * that we write is taken, or a flipped bit could pass.
 */
static ngx_uint_t
ngx_pz_cookie_verify(ngx_pz_cookie_parts_t *parts, ngx_pz_key_t *key)
{
    u_char     raw[NGX_PZ_MAC + 2], again[NGX_PZ_COOKIE_MAC + 2];
    ngx_str_t  coded, decoded, recoded;

    coded.data = parts->mac;
    coded.len = NGX_PZ_COOKIE_MAC;
    decoded.data = raw;
    recoded.data = again;

    if (ngx_decode_base64url(&decoded, &coded) != NGX_OK
        || decoded.len != NGX_PZ_MAC)
    {
        return 0;
    }

    ngx_encode_base64url(&recoded, &decoded);

    return recoded.len == coded.len
           && ngx_memcmp(recoded.data, coded.data, coded.len) == 0
           && ngx_pz_sign_verify(key, NGX_PZ_COOKIE_PURPOSE, &parts->text, raw);
}


static ngx_pz_cookie_e
ngx_pz_cookie_judge(ngx_pz_cookie_search_t *search, ngx_str_t *value, ngx_str_t *id)
{
    time_t                 age;
    ngx_array_t           *keys;
    ngx_pz_key_t          *key;
    ngx_pz_cookie_parts_t  parts;

    keys = search->keys;

    if (ngx_pz_cookie_parse(value, keys != NULL, &parts) != NGX_OK) {
        return NGX_PZ_COOKIE_FORGED;
    }

    key = NULL;

    if (keys != NULL) {
        key = ngx_pz_key_find(keys, parts.key);

        if (key == NULL || search->verified++ >= NGX_PZ_COOKIE_VERIFIED
            || !ngx_pz_cookie_verify(&parts, key))
        {
            return NGX_PZ_COOKIE_FORGED;
        }
    }

    age = ngx_time() - parts.issued;

    if (age > NGX_PZ_COOKIE_MAX_AGE || age < -NGX_PZ_COOKIE_SKEW) {
        return NGX_PZ_COOKIE_EXPIRED;
    }

    *id = parts.id;

    return age > NGX_PZ_COOKIE_RENEW
           || (keys != NULL && key != (ngx_pz_key_t *) keys->elts)
           ? NGX_PZ_COOKIE_AGED : NGX_PZ_COOKIE_VALID;
}


/* One name=value of a Cookie field; NGX_OK ends the search. */
static ngx_int_t
ngx_pz_cookie_on_pair(ngx_pz_cookie_search_t *search, u_char *p, u_char *end)
{
    ngx_str_t        value, id;
    ngx_pz_cookie_e  outcome;

    while (p < end && (*p == ' ' || *p == '\t')) { p++; }
    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) { end--; }

    if (end - p < (ssize_t) sizeof(NGX_PZ_COOKIE "=") - 1
        || ngx_strncmp(p, NGX_PZ_COOKIE "=", sizeof(NGX_PZ_COOKIE "=") - 1) != 0)
    {
        return NGX_DECLINED;
    }

    value.data = p + sizeof(NGX_PZ_COOKIE "=") - 1;
    value.len = end - value.data;

    if (value.len >= 2 && value.data[0] == '"' && end[-1] == '"') {
        value.data++;
        value.len -= 2;
    }

    ngx_str_null(&id);
    outcome = ngx_pz_cookie_judge(search, &value, &id);

    if (search->outcome < outcome) {
        search->outcome = outcome;
        *search->id = id;
    }

    return outcome >= NGX_PZ_COOKIE_VALID ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_pz_cookie_on_field(void *data, ngx_str_t *field)
{
    u_char  *p, *end, *next;

    p = field->data;
    end = p + field->len;

    while (p < end) {
        next = ngx_strlchr(p, end, ';');

        if (next == NULL) {
            next = end;
        }

        if (ngx_pz_cookie_on_pair(data, p, next) == NGX_OK) {
            return NGX_OK;
        }

        p = next + 1;
    }

    return NGX_DECLINED;
}


ngx_pz_cookie_e
ngx_pz_cookie_read(ngx_http_request_t *r, ngx_array_t *keys, ngx_str_t *id)
{
    ngx_pz_cookie_search_t  search;

    search.keys = keys;
    search.id = id;
    search.outcome = NGX_PZ_COOKIE_NONE;
    search.verified = 0;

    ngx_str_null(id);

    (void) ngx_pz_each_cookie(r, ngx_pz_cookie_on_field, &search);

    return search.outcome;
}


ngx_int_t
ngx_pz_cookie_make_id(ngx_http_request_t *r, ngx_str_t *id)
{
    u_char      bytes[NGX_PZ_COOKIE_ID];
    ngx_uint_t  i;

    id->data = ngx_pnalloc(r->pool, NGX_PZ_COOKIE_ID);

    if (id->data == NULL || ngx_pz_random(bytes, sizeof(bytes)) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_PZ_COOKIE_ID; i++) {
        id->data[i] = ngx_pz_base32[bytes[i] & 31];
    }

    id->len = NGX_PZ_COOKIE_ID;

    return NGX_OK;
}


static u_char *
ngx_pz_cookie_put_issued(u_char *p, time_t issued)
{
    u_char      digits[NGX_PZ_COOKIE_ISSUED];
    ngx_uint_t  n;

    n = 0;

    do {
        digits[n++] = ngx_pz_base36[issued % 36];
        issued /= 36;
    } while (issued != 0 && n < NGX_PZ_COOKIE_ISSUED);

    while (n != 0) {
        *p++ = digits[--n];
    }

    return p;
}


static u_char *
ngx_pz_cookie_put_value(u_char *p, ngx_array_t *keys, ngx_str_t *id)
{
    u_char         mac[NGX_PZ_MAC];
    ngx_str_t      text, raw, coded;
    ngx_pz_key_t  *key;

    text.data = p;

    p = ngx_sprintf(p, "%c.%V.", keys != NULL ? '1' : '0', id);
    p = ngx_pz_cookie_put_issued(p, ngx_time());

    if (keys == NULL) {
        return p;
    }

    key = keys->elts;
    text.len = p - text.data;

    if (ngx_pz_sign(key, NGX_PZ_COOKIE_PURPOSE, &text, mac) != NGX_OK) {
        return NULL;
    }

    p = ngx_sprintf(p, ".%*s.", sizeof(key->id), key->id);

    raw.data = mac;
    raw.len = NGX_PZ_MAC;
    coded.data = p;
    ngx_encode_base64url(&coded, &raw);

    return p + coded.len;
}


ngx_int_t
ngx_pz_cookie_write(ngx_http_request_t *r, ngx_array_t *keys, ngx_str_t *id,
    ngx_str_t *field)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, NGX_PZ_COOKIE_LONGEST + 160);
    if (p == NULL) {
        return NGX_ERROR;
    }

    field->data = p;
    p = ngx_cpymem(p, NGX_PZ_COOKIE "=", sizeof(NGX_PZ_COOKIE "=") - 1);

    if (id->len != 0) {
        p = ngx_pz_cookie_put_value(p, keys, id);

        if (p == NULL) {
            return NGX_ERROR;
        }
    }

    p = ngx_sprintf(p, "; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax",
                    id->len != 0 ? NGX_PZ_COOKIE_MAX_AGE : 0);

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        p = ngx_cpymem(p, "; Secure", sizeof("; Secure") - 1);
    }
#endif

    field->len = p - field->data;

    return NGX_OK;
}
