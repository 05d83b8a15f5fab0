#!/usr/bin/env python3
"""Writes fuzz/office.dict, the dictionary of libFuzzer's mutations: the names and values of DrawingML, PresentationML and
charts that occur as strings in the sources of the readers.

    fuzz/dictionary.py
"""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [f"crates/office/src/{folder}" for folder in ("drawingml", "chart", "xml", "pptx")]
NUMBERS = ["0", "-1", "100000", "-100000", "2147483647", "-2147483648", "27273042316900", "1e39", "NaN", "50%"]

names, attributes, words = set(), set(), set()
for folder in SOURCES:
    for path in sorted((ROOT / folder).rglob("*.rs")):
        # Skip the long list of colour names.
        if "tests" in path.parts or path.name in ("tests.rs", "color.rs"):
            continue
        code = re.split(r"#\[cfg\(test\)\]\s*mod tests \{", path.read_text())[0]
        code = re.sub(r"//.*", "", code)
        attributes.update(re.findall(r'(?:attr|number(?:::<\w+>)?|flag|length)\("(\w+)"', code))
        for text in re.findall(r'"([A-Za-z][A-Za-z0-9:]{1,24})"', code):
            (names if ":" in text else words).add(text)

lines = ["# Written by dictionary.py."]
lines += [f'"<{name}/>"' for name in sorted(names)]
lines += [f'" {name}=\\""' for name in sorted(attributes)]
lines += [f'"\\"{word}\\""' for word in sorted(words)]
lines += [f'"\\"{number}\\""' for number in NUMBERS]
(ROOT / "fuzz/office.dict").write_text("\n".join(lines) + "\n")
print(len(lines) - 1, "entries")
