/*
 * Keys and signatures: HMAC-SHA-256 (RFC 2104, FIPS 180-4) through OpenSSL.
 */
#ifndef NGX_PZ_SIGN_H
#define NGX_PZ_SIGN_H

#include <ngx_config.h>
#include <ngx_core.h>

typedef struct {
    ngx_str_t  secret;
    u_char     id[4];       /* hex of the first bytes of SHA-256 of the secret */
} ngx_pz_key_t;

/*
 * Read the key file of `personalize_secret`: one key a line, the newest first;
 * '#' starts a comment line.  Refused with a message for `nginx -t` that says
 * what to do: unreadable, readable by the world, a key under 32 bytes, no key.
 * An array of ngx_pz_key_t in cf->pool; NULL after logging.
 */
ngx_array_t *ngx_pz_keys_read(ngx_conf_t *cf, ngx_str_t *file);

/* The key of that id, or NULL. */
ngx_pz_key_t *ngx_pz_key_find(ngx_array_t *keys, u_char id[4]);

#define NGX_PZ_MAC  16      /* bytes of the truncated MAC (RFC 2104, section 5) */

/*
 * The MAC of `purpose`, a zero byte and `text`: a signature made for one
 * purpose ("visitor") is worth nothing for another ("preview").  NGX_ERROR:
 * both together pass 4 KB, or OpenSSL failed.
 */
ngx_int_t ngx_pz_sign(ngx_pz_key_t *key, const char *purpose, ngx_str_t *text,
    u_char mac[NGX_PZ_MAC]);

/* 1 when `mac` is right, compared in constant time. */
ngx_uint_t ngx_pz_sign_verify(ngx_pz_key_t *key, const char *purpose,
    ngx_str_t *text, u_char mac[NGX_PZ_MAC]);

/* `n` bytes from the system's generator (OpenSSL's RAND_bytes). */
ngx_int_t ngx_pz_random(u_char *bytes, size_t n);

#endif
