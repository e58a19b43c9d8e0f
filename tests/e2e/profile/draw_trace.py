#!/usr/bin/env python3
"""draw_trace.py TRACE.json PICTURE.png [--begin MS --length MS]: a piece of a trace as Perfetto would show it, drawn by headless Chromium.

Without --begin the piece is in the middle, and begins with a message.
"""

import argparse
import html
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "page"))
from browser import Page  # noqa: E402

WIDTH, ROW, LEFT, TOP = 1300, 24, 10, 56
COLOURS = {"message": "#3d5a80", "phase": "#5b8e7d", "item": "#bc6c25", "op": "#8a5a9e", "chain": "#a63d40"}


def nested(events):
    """The events with their depths."""
    open_ends, out = [], []
    for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
        end = event["ts"] + event["dur"]
        while open_ends and open_ends[-1] <= event["ts"] + 1e-9:
            open_ends.pop()
        assert not open_ends or end <= open_ends[-1] + 1e-3, f"{event} does not nest"
        out.append((len(open_ends), event))
        open_ends.append(end)
    return out


def shade(event):
    """So that neighbours differ where they are different ops."""
    return 1 - sum(event["name"].encode()) % 3 * 0.1 if event["cat"] == "op" else 1


def draw(events, begin, length, title):
    scale = (WIDTH - 2 * LEFT) / length
    parts, depth = [], 0
    for level, event in events:
        if event["ts"] + event["dur"] < begin or event["ts"] > begin + length:
            continue
        x, right = max(event["ts"], begin), min(event["ts"] + event["dur"], begin + length)
        width = max((right - x) * scale, 0.8)
        depth = max(depth, level)
        label, letters = event["name"], int((width - 6) / 7)
        shapes = ", ".join(event["args"].get("inputs", []))
        if shapes and len(label) + len(shapes) + 2 <= letters:
            label += f"({shapes})"
        elif len(label) > letters:
            label = label[: letters - 1] + "…" if letters > 3 else ""
        parts.append(f'<rect x="{LEFT + (x - begin) * scale:.2f}" y="{TOP + level * ROW}" width="{width:.2f}" height="{ROW - 2}" fill="{COLOURS[event["cat"]]}" fill-opacity="{shade(event)}" stroke="#fff" stroke-width="{min(1, width / 3):.2f}"/>'
                     f'<text x="{LEFT + (x - begin) * scale + 4:.2f}" y="{TOP + level * ROW + 16}" fill="#fff">{html.escape(label)}</text>')
    for i in range(11):
        at = LEFT + i * (WIDTH - 2 * LEFT) / 10
        anchor = "start" if i == 0 else "end" if i == 10 else "middle"
        parts.append(f'<line x1="{at}" x2="{at}" y1="{TOP - 8}" y2="{TOP + (depth + 1) * ROW}" stroke="#8884"/>'
                     f'<text x="{at}" y="{TOP - 14}" fill="#444" text-anchor="{anchor}">{(begin + i * length / 10) / 1000:.3f} ms</text>')
    height = TOP + (depth + 1) * ROW + 34
    x = LEFT
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="{height - 24}" width="14" height="14" fill="{colour}"/><text x="{x + 20}" y="{height - 12}" fill="#222">{name}</text>')
        x += 90
    page = (f'<!DOCTYPE html><meta charset="utf-8"><style>body {{ margin: 0; background: #fff }} svg {{ font: 13px "DejaVu Sans", sans-serif }}</style>'
            f'<svg width="{WIDTH}" height="{height}"><text x="{LEFT}" y="22" fill="#222" font-weight="bold">{html.escape(title)}</text>{"".join(parts)}</svg>')
    return page, height


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trace")
    parser.add_argument("picture")
    parser.add_argument("--begin", type=float)
    parser.add_argument("--length", type=float, default=2)
    options = parser.parse_args()
    with open(options.trace) as f:
        trace = json.load(f)
    events = nested([e for e in trace["traceEvents"] if e["ph"] == "X"])
    about = trace["otherData"]
    messages = [e["ts"] for level, e in events if e["cat"] == "message"]
    begin = messages[len(messages) // 2] if options.begin is None else 1000 * options.begin
    page, height = draw(events, begin, 1000 * options.length, f"eagerd {about['version']}: session of {about['client']}, {options.length:g} ms of {about['seconds']:.1f} s")
    with tempfile.TemporaryDirectory() as folder, Page(width=WIDTH, height=height) as browser:
        with open(os.path.join(folder, "trace.html"), "w") as f:
            f.write(page)
        browser.open(f"file://{folder}/trace.html")
        browser.picture(options.picture)


if __name__ == "__main__":
    main()
