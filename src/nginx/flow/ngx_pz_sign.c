#include "ngx_pz_sign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#define NGX_PZ_KEY_FILE_MAX  65536   /* bytes: some hundred keys, and no mistaken path */
#define NGX_PZ_KEY_MIN       32      /* bytes: what HMAC-SHA-256 can make use of */
#define NGX_PZ_SIGN_MAX      4096    /* bytes of purpose and text: a cookie is far below */
#define NGX_PZ_SHA256        32      /* bytes of a digest, FIPS 180-4 */


/* Refuse a file that the path cannot mean, or that others than its owner may see or change. */
static ngx_int_t
ngx_pz_keys_check(ngx_conf_t *cf, ngx_str_t *file, ngx_fd_t fd, size_t *size)
{
    ngx_file_info_t  info;

    if (ngx_fd_info(fd, &info) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "cannot examine the key file \"%V\"",
                           file);
        return NGX_ERROR;
    }

    if (!ngx_is_file(&info)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the key file \"%V\" is not a regular file: name a file with one key "
                           "a line", file);
        return NGX_ERROR;
    }

    if (ngx_file_access(&info) & (S_IROTH | S_IWOTH)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the key file \"%V\" can be read or written by everybody: "
                           "run \"chmod 600 %V\", and put a new key on its first line",
                           file, file);
        return NGX_ERROR;
    }

    if (ngx_file_size(&info) > NGX_PZ_KEY_FILE_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the key file \"%V\" has %O bytes, more than %d: name a file with one "
                           "key a line", file, ngx_file_size(&info), NGX_PZ_KEY_FILE_MAX);
        return NGX_ERROR;
    }

    *size = (size_t) ngx_file_size(&info);

    return NGX_OK;
}


/* What there is up to `size` bytes, in cf->pool, where the keys stay: they point into it. */
static ngx_int_t
ngx_pz_keys_fill(ngx_conf_t *cf, ngx_str_t *file, ngx_fd_t fd, size_t size, ngx_str_t *text)
{
    ssize_t  n;

    text->len = 0;
    text->data = ngx_pnalloc(cf->pool, size + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    while (text->len < size) {
        n = ngx_read_fd(fd, text->data + text->len, size - text->len);

        if (n > 0) {
            text->len += n;

        } else if (n == 0) {
            break;

        } else if (ngx_errno != NGX_EINTR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "cannot read the key file \"%V\"",
                               file);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_keys_slurp(ngx_conf_t *cf, ngx_str_t *file, ngx_str_t *text)
{
    size_t     size;
    ngx_fd_t   fd;
    ngx_int_t  rc;

    fd = ngx_open_file(file->data, NGX_FILE_RDONLY | NGX_FILE_NONBLOCK, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        /* Only where there is none: else the advice would cost every visitor's cookie. */
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           (ngx_errno == NGX_ENOENT)
                           ? "there is no key file \"%V\": make one with \"(umask 077; "
                             "openssl rand -base64 48 > %V)\""
                           : "cannot open the key file \"%V\": nginx's master process must be "
                             "able to read it", file, file);
        return NGX_ERROR;
    }

    rc = ngx_pz_keys_check(cf, file, fd, &size);

    if (rc == NGX_OK) {
        rc = ngx_pz_keys_fill(cf, file, fd, size, text);
    }

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno, "cannot close the key file \"%V\"", file);
    }

    return rc;
}


/* Hex of the first two bytes of SHA-256: enough to find a key, and it tells nothing about it. */
static ngx_int_t
ngx_pz_key_name(ngx_pz_key_t *key)
{
    u_char        digest[EVP_MAX_MD_SIZE];
    unsigned int  len;

    if (EVP_Digest(key->secret.data, key->secret.len, digest, &len, EVP_sha256(), NULL) != 1) {
        return NGX_ERROR;
    }

    (void) ngx_hex_dump(key->id, digest, sizeof(key->id) / 2);

    return NGX_OK;
}


static ngx_int_t
ngx_pz_keys_add(ngx_conf_t *cf, ngx_array_t *keys, ngx_str_t *file, ngx_str_t *line,
    ngx_uint_t number)
{
    ngx_pz_key_t  key, *added;

    if (line->len < NGX_PZ_KEY_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the key in \"%V\" line %ui has %uz bytes, at least %d are needed: make "
                           "one with \"openssl rand -base64 48\"",
                           file, number, line->len, NGX_PZ_KEY_MIN);
        return NGX_ERROR;
    }

    key.secret = *line;

    if (ngx_pz_key_name(&key) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "SHA-256 failed in OpenSSL");
        return NGX_ERROR;
    }

    if (ngx_pz_key_find(keys, key.id) != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the key in \"%V\" line %ui is there already, or has the same id as one "
                           "above it: remove it, or make another", file, number);
        return NGX_ERROR;
    }

    added = ngx_array_push(keys);
    if (added == NULL) {
        return NGX_ERROR;
    }

    *added = key;

    return NGX_OK;
}


/* The next line without white space around it; 0 when there is none. */
static ngx_uint_t
ngx_pz_keys_line(ngx_str_t *rest, ngx_str_t *line)
{
    u_char  *end, *p, *last;

    if (rest->len == 0) {
        return 0;
    }

    p = rest->data;
    last = p + rest->len;

    end = ngx_strlchr(p, last, '\n');
    if (end == NULL) {
        end = last;
    }

    rest->data = (end == last) ? last : end + 1;
    rest->len = last - rest->data;

    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r')) {
        p++;
    }

    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) {
        end--;
    }

    line->data = p;
    line->len = end - p;

    return 1;
}


ngx_array_t *
ngx_pz_keys_read(ngx_conf_t *cf, ngx_str_t *file)
{
    ngx_str_t     path, rest, line;
    ngx_uint_t    number;
    ngx_array_t  *keys;

    path = *file;
    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK
        || ngx_pz_keys_slurp(cf, &path, &rest) != NGX_OK)
    {
        return NULL;
    }

    keys = ngx_array_create(cf->pool, 2, sizeof(ngx_pz_key_t));
    if (keys == NULL) {
        return NULL;
    }

    for (number = 1; ngx_pz_keys_line(&rest, &line); number++) {
        if (line.len == 0 || line.data[0] == '#') {
            continue;
        }

        if (ngx_pz_keys_add(cf, keys, &path, &line, number) != NGX_OK) {
            return NULL;
        }
    }

    if (keys->nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there is no key in \"%V\": make one with \"openssl rand -base64 48\"",
                           &path);
        return NULL;
    }

    return keys;
}


ngx_pz_key_t *
ngx_pz_key_find(ngx_array_t *keys, u_char id[4])
{
    ngx_uint_t     i;
    ngx_pz_key_t  *key;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {
        if (ngx_memcmp(key[i].id, id, sizeof(key[i].id)) == 0) {
            return &key[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_pz_sign(ngx_pz_key_t *key, const char *purpose, ngx_str_t *text, u_char mac[NGX_PZ_MAC])
{
    size_t        n;
    u_char        message[NGX_PZ_SIGN_MAX], whole[EVP_MAX_MD_SIZE];
    unsigned int  len;

    n = ngx_strlen(purpose) + 1;

    if (n > sizeof(message) || text->len > sizeof(message) - n) {
        return NGX_ERROR;
    }

    ngx_memcpy(message, purpose, n);
    ngx_memcpy(message + n, text->data, text->len);

    if (HMAC(EVP_sha256(), key->secret.data, (int) key->secret.len, message, n + text->len, whole,
             &len) == NULL
        || len != NGX_PZ_SHA256)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(mac, whole, NGX_PZ_MAC);
    OPENSSL_cleanse(whole, sizeof(whole));

    return NGX_OK;
}


ngx_uint_t
ngx_pz_sign_verify(ngx_pz_key_t *key, const char *purpose, ngx_str_t *text,
    u_char mac[NGX_PZ_MAC])
{
    u_char  right[NGX_PZ_MAC];

    if (ngx_pz_sign(key, purpose, text, right) != NGX_OK) {
        return 0;
    }

    return CRYPTO_memcmp(right, mac, NGX_PZ_MAC) == 0;
}


ngx_int_t
ngx_pz_random(u_char *bytes, size_t n)
{
    return (RAND_bytes(bytes, (int) n) == 1) ? NGX_OK : NGX_ERROR;
}
