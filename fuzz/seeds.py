#!/usr/bin/env python3
"""Converts presentations to inputs of the target `office`: the first slide and all parts that it refers to.

    fuzz/seeds.py CORPUS FILE|FOLDER …

Inputs above 200 kB lose their largest pictures, since mutations are about XML. If they are still larger, they are skipped.
"""
import hashlib
import posixpath
import re
import sys
import zipfile
from pathlib import Path

MAX = 200 << 10
PICTURES = (".png", ".jpeg", ".jpg", ".gif", ".bmp", ".emf", ".wmf", ".svg")


def relationships(package, part):
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", file + ".rels")
    if name not in package:
        return []
    text = package[name].decode("utf-8", "replace")
    tags = re.findall(r"<[\w:]*Relationship\s[^>]*>", text)
    found = []
    for tag in tags:
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if values.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/" + folder, values.get("Target", "")))[1:]
        found.append((values.get("Type", "").rsplit("/", 1)[-1], target))
    return [(None, name)] + found


def reachable_parts(package):
    """Names of the presentation, its first slide, and the parts that this refers to."""
    main = next((t for kind, t in relationships(package, "") if kind == "officeDocument"), None)
    if main is None or main not in package:
        return []
    wanted, names = [main], ["_rels/.rels"]
    slides = re.findall(r"<p:sldId\s[^>]*r:id=\"([^\"]*)\"", package[main].decode("utf-8", "replace"))
    ids = package.get(posixpath.join(posixpath.dirname(main), "_rels", posixpath.basename(main) + ".rels"), b"")
    first = re.search(r'<[^>]*Id="%s"[^>]*>' % re.escape(slides[0]), ids.decode("utf-8", "replace")) if slides else None
    slide = re.search(r'Target="([^"]*)"', first.group()) if first else None
    if slide:
        wanted.append(posixpath.normpath(posixpath.join("/" + posixpath.dirname(main), slide.group(1)))[1:])
    while wanted:
        part = wanted.pop(0)
        if part in names or part not in package:
            continue
        names.append(part)
        for kind, target in relationships(package, part):
            # Other slides, and layouts that the slide does not use, are never read.
            is_other = kind == "slide" or (kind == "slideLayout" and "/slideMasters/" in part)
            is_shown = kind in (None, "slideLayout", "slideMaster", "theme", "tableStyles", "image", "chart") or (
                kind is not None and kind.startswith(("diagram", "chart", "themeOverride"))
            )
            if is_shown and not is_other:
                wanted.append(target)
    return names


def seed(path):
    with zipfile.ZipFile(path) as file:
        package = {name: file.read(name) for name in file.namelist() if not name.endswith("/")}
    parts = [(name, package[name]) for name in reachable_parts(package)]
    size = lambda: sum(len(name) + len(content) + 6 for name, content in parts)
    while parts and size() > MAX:
        pictures = [p for p in parts if p[0].lower().endswith(PICTURES)]
        if not pictures:
            return None
        parts.remove(max(pictures, key=lambda p: len(p[1])))
    # A space selects 64 x 48 px; see office.rs.
    return b" " + b"".join(b"\n--- %s\n%s" % (name.encode(), content) for name, content in parts) if parts else None


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    written = skipped = 0
    for argument in map(Path, sys.argv[2:]):
        for path in sorted(argument.rglob("*.pp*")) if argument.is_dir() else [argument]:
            try:
                content = seed(path)
            except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, KeyError, zipfile.zlib.error):
                content = None
            if content is None:
                skipped += 1
                continue
            (out / hashlib.sha1(content).hexdigest()).write_bytes(content)
            written += 1
    print(f"{written} inputs in {out}, {skipped} files skipped")


main()
