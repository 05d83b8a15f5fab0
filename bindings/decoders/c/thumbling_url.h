/* Decodes obfuscated thumbnail URLs. C99, this file alone. SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef THUMBLING_URL_H
#define THUMBLING_URL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline int thumbling_url_digit(unsigned char c) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Whether `len` bytes are UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
static inline int thumbling_url_is_utf8(const unsigned char *s, size_t len) {
    size_t i = 0;
    while (i < len) {
        unsigned char c = s[i++];
        size_t more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        if (c < 0x80) continue;
        if (c < 0xc2 || c > 0xf4 || more > len - i) return 0;
        if ((c == 0xe0 && s[i] < 0xa0) || (c == 0xed && s[i] > 0x9f)) return 0;
        if ((c == 0xf0 && s[i] < 0x90) || (c == 0xf4 && s[i] > 0x8f)) return 0;
        for (; more > 0; more--)
            if ((s[i++] & 0xc0) != 0x80) return 0;
    }
    return 1;
}

/* Writes the URL that `text` of `len` bytes stands for to `out`, with a NUL behind it, and returns its length in bytes:
   less than `len`, so that `len` bytes of `out` always do. Returns -1 if `text` is no obfuscated URL or is damaged, or
   if `capacity` is too small; `out` is then undefined. */
static inline ptrdiff_t thumbling_url_decode(const char *text, size_t len, char *out, size_t capacity) {
    static const char prefix[] = "obf1.";
    const size_t skip = sizeof prefix - 1;
    uint32_t seed = 0, check = 0x811c9dc5u, state = 0, bits = 0;
    unsigned held = 0;
    size_t bytes = 0, i;

    if (len < skip || memcmp(text, prefix, skip) != 0) return -1;
    for (i = skip; i < len; i++) {
        int digit = thumbling_url_digit((unsigned char)text[i]);
        unsigned char byte;
        if (digit < 0) return -1;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        byte = (unsigned char)(bits >> held);
        if (bytes++ < 4) {
            seed = seed << 8 | byte;
            state = seed ^ 0x9e3779b9u;
            if (state == 0) state = 1;
            continue;
        }
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        byte ^= (unsigned char)(state >> 24);
        check = (check ^ byte) * 0x01000193u;
        if (bytes - 5 >= capacity) return -1;
        out[bytes - 5] = (char)byte;
    }
    /* Six bits over are a letter too many; the others have to be zero. */
    if (held == 6 || (bits & ((1u << held) - 1)) != 0) return -1;
    if (bytes < 4 || check != seed || bytes - 4 >= capacity) return -1;
    if (!thumbling_url_is_utf8((const unsigned char *)out, bytes - 4)) return -1;
    out[bytes - 4] = '\0';
    return (ptrdiff_t)(bytes - 4);
}

#endif
