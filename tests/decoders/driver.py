"""Reads obfuscated URLs, one a line in hexadecimal; writes what they stand for in hexadecimal, or "-"."""

import sys

from thumbling_url import decode_url

for line in sys.stdin:
    try:
        print(decode_url(bytes.fromhex(line.strip()).decode()).encode().hex())
    except ValueError:
        print("-")
