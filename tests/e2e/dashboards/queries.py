"""What the dashboards and rules ask of Prometheus. Run in the root of the tree.

queries.py static                          runbooks are there, every alert has a case
queries.py live PROMETHEUS METRICS [PNG]   every query has an answer, but for those of GPUs, and names what /metrics has
"""

import glob
import json
import math
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from draw import SPAN_S, draw

RULES, CASES = "deploy/prometheus/rules.yml", "deploy/prometheus/rules_test.yml"
# Metrics that a daemon under load need not have: those of GPUs, and of what has not happened.
MAY_BE_ABSENT = re.compile(r"eagerd_(gpu_\w+|host_fallbacks_total|tenant_refused_total|unknown_ops_total)$")
PATIENCE_S = 90


def panels():
    """(dashboard, panel, query) of every query of every dashboard."""
    for path in sorted(glob.glob("deploy/grafana/dashboards/*.json")):
        with open(path, encoding="utf-8") as file:
            board = json.load(file)
        for panel in board["panels"]:
            for target in panel["targets"]:
                query = target["expr"].replace("$__rate_interval", "15s").replace("$__range", "1m").replace("$instance", ".*")
                assert "$" not in query, query
                yield board["title"], panel, target, query


def check_layout():
    """Panels lie beside each other, under names of their own; each says what its figures are."""
    for path in sorted(glob.glob("deploy/grafana/dashboards/*.json")):
        with open(path, encoding="utf-8") as file:
            panels_of = json.load(file)["panels"]
        assert len({p["id"] for p in panels_of}) == len({p["title"] for p in panels_of}) == len(panels_of), path
        taken = set()
        for panel in panels_of:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert at["x"] + at["w"] <= 24 and not cells & taken, f"{path}: {panel['title']} lies over another panel"
            taken |= cells
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


def rules():
    """The rules, by promtool's reading of the file, as (name, query); names of recorded ones have colons."""
    with open(RULES, encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"- (?:record|alert): (\S+)\n\s+expr: (\|\n(?:\s{10}.*\n)+|.*\n)", text):
        yield match.group(1), match.group(2).removeprefix("|\n").strip()


def anchors(path):
    with open(path, encoding="utf-8") as file:
        titles = re.findall(r"^#+ (.*)$", file.read(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", t).strip().lower().replace(" ", "-") for t in titles}


def static():
    check_layout()
    with open(RULES, encoding="utf-8") as file:
        text = file.read()
    with open(CASES, encoding="utf-8") as file:
        cases = set(re.findall(r"- alertname: (\S+)", file.read()))
    blocks = re.split(r"\n      - (?=alert: )", text)[1:]
    assert len(blocks) >= 10
    for block in blocks:
        name = re.match(r"alert: (\S+)", block).group(1)
        assert name in cases, f"{name} has no case in {CASES}"
        assert re.search(r"severity: (critical|warning|info)\b", block), name
        assert re.search(r"summary: \"", block), name
        path, anchor = re.search(r"runbook_url: (\S+)#(\S+)", block).groups()
        assert anchor in anchors(path), f"{name}: {path} has no heading for #{anchor}"
    assert len(list(rules())) == len(re.findall(r"- (record|alert): ", text)), "rules() does not read all of the rules"
    print(f"{len(blocks)} alerts with a case and a runbook each")


def ask(prometheus, path, **parameters):
    url = f"{prometheus}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        sys.exit(f"{parameters.get('query')}: {error.read().decode()}")


def has_data(result):
    return any(math.isfinite(float(sample["value"][1])) for sample in result)


def names_in(query):
    bare = re.sub(r'"[^"]*"', "", query)
    return set(re.findall(r"(?<![\w:])(?:eagerd_|process_)\w+(?![\w:])", bare))


def live(prometheus, metrics, picture):
    # Every panel has data before long: rates need two scrapes, and the load comes round to everything.
    deadline = time.time() + PATIENCE_S
    while True:
        empty = sorted({f"{board}: {panel['title']}: {query}" for board, panel, _, query in panels()
                        if "(GPU)" not in panel["title"] and not has_data(ask(prometheus, "query", query=query))}
                       | {f"recorded: {name}" for name, _ in rules()
                          if ":" in name and not has_data(ask(prometheus, "query", query=name))})
        if not empty:
            break
        if time.time() > deadline:
            sys.exit("no data under load:\n" + "\n".join(empty))
        time.sleep(2)
    for name, query in rules():
        ask(prometheus, "query", query=query)  # parses, or ends here
    firing = [a["metric"]["alertname"] for a in ask(prometheus, "query", query='ALERTS{alertstate="firing"}')]
    if firing:
        sys.exit(f"alerts of a daemon that works: {firing}")

    with urllib.request.urlopen(metrics, timeout=30) as answer:
        scraped = answer.read().decode()
    there = set(re.findall(r"^([a-zA-Z_:]\w*)", scraped, re.MULTILINE))
    count = 0
    for where, query in [(panel["title"], query) for _, panel, _, query in panels()] + list(rules()):
        count += 1
        for name in names_in(query):
            if name not in there and not MAY_BE_ABSENT.match(name):
                sys.exit(f"{where}: /metrics has no {name}: {query}")
    print(f"{count} queries, each answered by Prometheus; no panel is empty but those of GPUs; no alert")
    if picture:
        time.sleep(SPAN_S + 15)
        draw(lambda path, **parameters: ask(prometheus, path, **parameters), picture)


def main(what, *args):
    {"static": static, "live": live}[what](*args)


if __name__ == "__main__":
    main(*sys.argv[1:])
