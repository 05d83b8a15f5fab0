"""Decodes obfuscated thumbnail URLs. Python 3, this file alone. SPDX-License-Identifier: MIT OR Apache-2.0"""

import base64

_PREFIX = "obf1."


def decode_url(text: str) -> str:
    """Returns the URL that `text` stands for; raises ValueError if it is no obfuscated URL, or is damaged."""
    if not text.startswith(_PREFIX):
        raise ValueError("no obfuscated URL")
    body = text[len(_PREFIX):].encode()
    data = base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    # The decoder passes over letters that it does not know, and over unused bits.
    if base64.urlsafe_b64encode(data).rstrip(b"=") != body or len(data) < 4:
        raise ValueError("the obfuscated URL is damaged")
    seed, url = int.from_bytes(data[:4], "big"), bytearray(data[4:])
    state, check = (seed ^ 0x9E3779B9) or 1, 0x811C9DC5
    for i in range(len(url)):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        url[i] ^= state >> 24
        check = (check ^ url[i]) * 0x01000193 & 0xFFFFFFFF
    if check != seed:
        raise ValueError("the obfuscated URL is damaged")
    return url.decode("utf-8")
