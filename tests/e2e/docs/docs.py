"""docs.py blocks FILE: the blocks of FILE that follow `<!-- run -->`, one after the other.
docs.py check ROOT: links of the documents lead somewhere; the events that they name and the error texts of
docs/troubleshooting.md are those of the sources."""

import os
import pathlib
import re
import sys

SOURCES = ("client", "common", "server")


def blocks(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    for block in re.findall(r"<!-- run -->\s*```sh\n(.*?)```", text, re.DOTALL):
        print(block, end="")


def anchor(title):
    return re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")


def check_links(root):
    documents = [root / "README.md", root / "SECURITY.md", root / "deploy/README.md", *sorted((root / "docs").glob("*.md"))]
    count = 0
    for document in documents:
        text = document.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            if re.match(r"\w+:", link):
                continue
            path, _, fragment = link.partition("#")
            target = document.parent / path if path else document
            assert target.exists(), f"{document}: no {link}"
            if fragment:
                titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                assert fragment in map(anchor, titles), f"{document}: no heading for {link}"
            count += 1
    return count


def source_text(root):
    """The sources with string literals that follow each other joined, as the compiler does."""
    texts = []
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cc", ".h", ".cu", ".in"):
                texts.append(path.read_text(encoding="utf-8"))
    return re.sub(r'"\s*\n?\s*"', "", "\n".join(texts))


def check_errors(root):
    """A quoted text has … where the daemon puts in a name or number: each part between them is looked for."""
    document = root / "docs/troubleshooting.md"
    quoted = re.findall(r"^#+ `(.*)`$", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(quoted) >= 20, f"only {len(quoted)} texts"
    sources = source_text(root)
    for text in quoted:
        for part in filter(None, (p.strip() for p in text.split("…"))):
            assert part in sources, f"{os.path.basename(document)}: no source says: {part}"
    return len(quoted)


def check_events(root):
    """Lines of the log that the documents tell to look for."""
    sources, count = source_text(root), 0
    for document in sorted((root / "docs").glob("*.md")):
        for event in set(re.findall(r"`event=(\w+)", document.read_text(encoding="utf-8"))):
            assert re.search(rf'(event=|"){event}\b', sources), f"{document.name}: nothing logs event={event}"
            count += 1
    return count


def check_variables(root):
    """What documents and containers set in the environment is read by somebody."""
    places = [*(root / "docs").glob("*.md"), *(root / "deploy").glob("Dockerfile*"), *(root / "deploy").glob("compose*.yaml"),
              *(root / "deploy/kubernetes").rglob("*.yaml")]
    known, names = source_text(root) + "EAGERD_SECRETS", set()
    for place in places:
        for name in set(re.findall(r"(?<![-\w])EAGERD_[A-Z_]+\b", place.read_text(encoding="utf-8"))):
            assert name in known or f"D{name}" in known or name == "EAGERD_CUDA", f"{place}: nothing reads {name}"
            names.add(name)
    return len(names)


def main(what, path):
    if what == "blocks":
        blocks(path)
    else:
        root = pathlib.Path(path)
        print(f"{check_links(root)} links, {check_errors(root)} error texts, {check_events(root)} events, "
              f"{check_variables(root)} variables")


main(*sys.argv[1:])
