"""Draws what the overview's panels show, from Prometheus's answers, by gnuplot: draw(ask, FILE.png)."""

import json
import subprocess
import time

BOARD = "deploy/grafana/dashboards/overview.json"
SPAN_S, STEP_S, COLUMNS = 120, 2, 3
FORMATS = {"bytes": "%.0b %BB", "Bps": "%.0b %BB/s", "s": "%.0s %cs", "percentunit": "%.2f", "ops": "%.0s %c/s"}
COLOURS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#b877d9", "#e02f44"]


def legend(template, labels):
    for name, value in labels.items():
        template = template.replace("{{%s}}" % name, value)
    return template.replace("{{", "").replace("}}", "").replace("_", "\\\\_").replace("/device:", "")


def draw(ask, picture):
    end = time.time()
    with open(BOARD, encoding="utf-8") as file:
        panels = [p for p in json.load(file)["panels"] if p["type"] == "timeseries"]
    rows = -(-len(panels) // COLUMNS)
    lines = [
        f'set terminal pngcairo size 1500,{rows * 230 + 40} font "Sans,9" background "#181b1f"',
        f'set output "{picture}"',
        f"set multiplot layout {rows},{COLUMNS} margins 0.05,0.985,0.04,0.95 spacing 0.05,0.075",
        'set border 3 lc rgb "#555555"', 'set tics textcolor rgb "#cccccc" nomirror', 'set grid lc rgb "#33363b"',
        'set key textcolor rgb "#cccccc" top left horizontal samplen 1 maxrows 2', "set yrange [0:*]", "set offsets 0,0,graph 0.2,0", "set xdata time", 'set timefmt "%s"', 'set format x "%H:%M:%S"',
        f"set xtics {SPAN_S // 2}",
    ]
    for panel in panels:
        blocks, plots = [], []
        for target in panel["targets"]:
            query = target["expr"].replace("$__rate_interval", "15s").replace("$instance", ".*")
            answer = ask("query_range", query=query, start=end - SPAN_S, end=end, step=STEP_S)
            for series in answer:
                if "vector(0)" in query and not series["metric"] and len(answer) > 1:
                    continue  # the line at 0 that stands for nothing
                # Every daemon of a picture is the one: its address says nothing.
                name = legend(target["legendFormat"], {**series["metric"], "instance": ""}).strip() or "eagerd"
                points = [(t, v) for t, v in series["values"] if v not in ("NaN", "+Inf", "-Inf")]
                if not points:
                    continue
                blocks.append(f"$d{len(blocks)} << EOD\n" + "\n".join(f"{t:.0f} {v}" for t, v in points) + "\nEOD")
                plots.append(f'$d{len(plots)} using 1:2 with lines lw 1.6 lc rgb "{COLOURS[len(plots) % len(COLOURS)]}" title "{name}"')
        lines += blocks
        lines.append(f'set title "{panel["title"]}" textcolor rgb "#eeeeee" font "Sans Bold,10"')
        lines.append(f'set format y "{FORMATS.get(panel["fieldConfig"]["defaults"]["unit"], "%g")}"')
        lines.append("plot " + ", ".join(plots))
    subprocess.run(["gnuplot"], input="\n".join(lines) + "\n", text=True, check=True)
    print(f"drawn: {picture}")
