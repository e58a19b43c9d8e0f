#!/usr/bin/env python3
"""make_dashboards.py [--check]: writes dashboards/*.json, Grafana's dashboards of eagerd, from the panels below.

With --check it writes nothing and exits with 1 if a file is not what it would write. A panel whose title ends in "(GPU)" has
data only where there is one. tests/e2e/dashboards asks a real Prometheus every query.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent / "dashboards"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
I = '{instance=~"$instance"}'  # what every selector has


def rate(metric, by, more=""):
    selector = I[:-1] + (f",{more}" if more else "") + "}"
    return f"sum by ({by}) (rate({metric}{selector}[$__rate_interval]))"


def quantile(q, metric, by=""):
    return f"histogram_quantile({q}, {rate(metric + '_bucket', ('le,' + by).rstrip(','))})"


def some(query):
    """Only what is not 0, and a line at 0 where nothing is."""
    return f"{query} > 0 or vector(0)"


def graph(title, unit, *queries, doc="", stack=False, width=8):
    return ("timeseries", title, unit, queries, doc, stack, width)


def stat(title, unit, *queries, doc="", width=4):
    return ("stat", title, unit, queries, doc, False, width)


def table(title, unit, *queries, doc="", width=12):
    return ("table", title, unit, queries, doc, False, width)


DASHBOARDS = {
    "overview": ("eagerd / overview", [
        stat("Ready", "bool_yes_no", (f"min(eagerd_ready{I})", ""), doc="Whether every daemon takes new sessions."),
        stat("Up for", "s", (f"min(eagerd_uptime_seconds{I})", "")),
        stat("Sessions", "short", (f"sum(eagerd_sessions{I})", "")),
        stat("Ops", "ops", (f"sum(rate(eagerd_ops_total{I}[$__rate_interval]))", "")),
        stat("Reads, 99 %", "s", (quantile(0.99, "eagerd_read_seconds"), "")),
        stat("Alerts", "short", ('count(ALERTS{alertname=~"Eagerd.*",alertstate="firing"}) or vector(0)', "")),
        graph("Ops of each daemon", "ops", (rate("eagerd_ops_total", "instance"), "{{instance}}")),
        graph("Read latency", "s", (quantile(0.5, "eagerd_read_seconds"), "half"), (quantile(0.9, "eagerd_read_seconds"), "90 %"),
              (quantile(0.99, "eagerd_read_seconds"), "99 %"), doc="From a message that reads values to its answer being written."),
        graph("Errors", "ops", (some(rate("eagerd_errors_total", "code")), "{{code}}"), doc="Of ops and of calls, where they arise.", stack=True),
        graph("Memory of devices", "bytes", (f"eagerd_device_memory_in_use_bytes{I}", "{{instance}} {{device}} in use"),
              (f"eagerd_device_memory_limit_bytes{I}", "{{instance}} {{device}} limit")),
        graph("Bytes from clients", "Bps", (rate("eagerd_received_bytes_total", "path"), "{{path}}"), stack=True),
        graph("Bytes to clients", "Bps", (rate("eagerd_sent_bytes_total", "path"), "{{path}}"), stack=True),
        graph("Where messages spend their time", "percentunit",
              (f"{rate('eagerd_phase_seconds_sum', 'phase')}", "{{phase}}"), stack=True,
              doc="Seconds a second, of all sessions: 1 is one session that does nothing else."),
        graph("Waiting for the processors", "short", (f"eagerd_compute_waiting{I}", "{{instance}}"),
              doc="Threads that have a large kernel to run and wait for their turn."),
        graph("Process", "percentunit", (f"rate(process_cpu_seconds_total{I}[$__rate_interval])", "{{instance}} CPU"),
              doc="Processors in use: 1 is one of them."),
        graph("Resident memory", "bytes", (f"process_resident_memory_bytes{I}", "{{instance}}")),
        graph("Open files", "short", (f"process_open_fds{I}", "{{instance}}")),
        graph("Log lines", "ops", (rate("eagerd_log_lines_total", "level"), "{{level}}"), stack=True),
    ]),
    "sessions": ("eagerd / sessions", [
        stat("Served", "short", (f'sum(eagerd_sessions{I[:-1]},state="served"}})', "")),
        stat("Waiting for their client", "short", (f'sum(eagerd_sessions{I[:-1]},state="waiting"}})', "")),
        stat("Tapes", "short", (f"sum(eagerd_tapes{I})", "")),
        stat("Named variables", "short", (f"sum(eagerd_named_variables{I})", "")),
        stat("Variables", "short", (f"sum(eagerd_variables{I})", "")),
        stat("Tensors", "short", (f"sum(eagerd_tensors{I})", "")),
        graph("Sessions", "short", (f"sum by (state) (eagerd_sessions{I})", "{{state}}"), stack=True),
        graph("Come and gone", "ops", (rate("eagerd_sessions_opened_total", "job"), "opened"), (rate("eagerd_sessions_closed_total", "job"), "closed"),
              (rate("eagerd_sessions_resumed_total", "job"), "resumed"), (rate("eagerd_sessions_expired_total", "job"), "expired"),
              (rate("eagerd_sessions_killed_total", "job"), "killed")),
        graph("Left behind by expired sessions", "Bps", (rate("eagerd_reclaimed_bytes_total", "job"), "bytes"),
              (rate("eagerd_reclaimed_handles_total", "job"), "handles")),
        graph("Sessions of tenants", "short", (f"sum by (tenant) (eagerd_tenant_sessions{I})", "{{tenant}}"), stack=True),
        graph("Memory of tenants", "bytes", (f"sum by (tenant, device) (eagerd_tenant_memory_bytes{I})", "{{tenant}} {{device}}"), stack=True),
        graph("Handles of tenants", "short", (f"sum by (tenant) (eagerd_tenant_handles{I})", "{{tenant}}"), stack=True),
        graph("Refused by limits", "ops", (some(rate("eagerd_tenant_refused_total", "tenant,limit")), "{{tenant}} {{limit}}"),
              doc="docs/limits.md has the limits."),
        graph("Calls", "ops", (some(rate("eagerd_grpc_server_handled_total", "grpc_method,grpc_code")), "{{grpc_method}} {{grpc_code}}")),
        graph("Calls and streams that are open", "short", (some(f"sum by (grpc_method) (eagerd_grpc_server_open{I})"), "{{grpc_method}}")),
    ]),
    "ops": ("eagerd / ops", [
        table("Ops by time", "s", ("topk(25, sum by (op, device) (increase(eagerd_op_seconds_total" + I + "[$__range])))", ""),
              doc="Seconds on their sessions' threads in the time shown; on a GPU, the time to ask for the work."),
        table("Ops by number", "short", ("topk(25, sum by (op, device) (increase(eagerd_ops_total" + I + "[$__range])))", "")),
        graph("Ops", "ops", (f"topk(10, {rate('eagerd_ops_total', 'op')})", "{{op}}"), stack=True),
        graph("Time", "percentunit", (f"topk(10, {rate('eagerd_op_seconds_total', 'op')})", "{{op}}"), stack=True,
              doc="Seconds a second, of all sessions."),
        graph("Time of one op", "s", (f"topk(10, {rate('eagerd_op_seconds_total', 'op')} / ({rate('eagerd_ops_total', 'op')} > 0))", "{{op}}")),
        graph("Ops that fail", "ops", (some(rate("eagerd_ops_total", "op,code", 'code!="OK"')), "{{op}} {{code}}")),
        graph("Gradients", "ops", (rate("eagerd_backward_passes_total", "job"), "backward passes")),
        graph("Items a message", "short", (quantile(0.5, "eagerd_batch_items"), "half"), (quantile(0.99, "eagerd_batch_items"), "99 %"),
              doc="Few items a message: the program reads after every op."),
        graph("Phases of a message, 99 %", "s", (quantile(0.99, "eagerd_phase_seconds", "phase"), "{{phase}}")),
        graph("Messages", "ops", (rate("eagerd_phase_seconds_count", "phase"), "{{phase}}")),
        graph("Ops that fall to the host (GPU)", "ops", (f"topk(10, {rate('eagerd_host_fallbacks_total', 'op')})", "{{op}}"),
              doc="They have no kernel on the GPU; their operands are copied."),
    ]),
    "devices": ("eagerd / devices", [
        graph("Works", "bool_yes_no", (f"eagerd_device_healthy{I}", "{{instance}} {{device}}")),
        graph("Full", "percentunit", (f"eagerd_device_memory_in_use_bytes{I} / (eagerd_device_memory_limit_bytes{I} > 0)", "{{instance}} {{device}}")),
        graph("Reserved, but not in use", "percentunit", (f"eagerd_device_pool_free_ratio{I}", "{{instance}} {{device}}"),
              doc="Idle or fragmented memory of the pool."),
        graph("Memory", "bytes", (f"eagerd_device_memory_in_use_bytes{I}", "{{instance}} {{device}} in use"),
              (f"eagerd_device_memory_reserved_bytes{I}", "{{instance}} {{device}} reserved"),
              (f"eagerd_device_memory_peak_bytes{I}", "{{instance}} {{device}} peak")),
        graph("Tensors and variables", "short", (f"eagerd_tensors{I}", "{{device}} tensors"), (f"eagerd_variables{I}", "{{device}} variables")),
        graph("Copied between devices", "Bps", (rate("eagerd_copied_bytes_total", "direction"), "{{direction}}")),
        graph("Compute threads", "short", (f"eagerd_compute_threads{I}", "threads"), (f"eagerd_compute_waiting{I}", "waiting")),
        graph("Saves of variables", "ops", (rate("eagerd_state_saves_total", "result"), "{{result}}"), doc="With --state."),
        graph("Since the last save", "s", (f"time() - (eagerd_state_last_save_timestamp_seconds{I} > 0) or vector(0)", "{{instance}}"), doc="With --state."),
        graph("Busy (GPU)", "percentunit", (f"eagerd_gpu_utilization_ratio{I}", "{{instance}} {{device}}")),
        graph("Memory of the card (GPU)", "bytes", (f"eagerd_gpu_memory_used_bytes{I}", "{{instance}} {{device}} used"),
              (f"eagerd_gpu_memory_total_bytes{I}", "{{instance}} {{device}} total"), doc="By all processes of the host."),
        graph("Power (GPU)", "watt", (f"eagerd_gpu_power_watts{I}", "{{instance}} {{device}}")),
        graph("Temperature (GPU)", "celsius", (f"eagerd_gpu_temperature_celsius{I}", "{{instance}} {{device}}")),
        graph("Memory errors (GPU)", "short", (f"increase(eagerd_gpu_ecc_errors_total{I}[1h])", "{{instance}} {{device}} {{kind}}")),
    ]),
}


def panel(number, spec, x, y):
    kind, title, unit, queries, doc, stack, width = spec
    defaults = {"unit": unit, "min": 0}
    options = {}
    if kind == "timeseries":
        defaults["custom"] = {"fillOpacity": 20 if stack else 0, "showPoints": "never",
                              "stacking": {"mode": "normal" if stack else "none"}}
        options = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    elif kind == "stat":
        options = {"graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}}
    targets = [{"refId": chr(ord("A") + i), "datasource": DATASOURCE, "expr": expr, "legendFormat": legend or "__auto"}
               for i, (expr, legend) in enumerate(queries)]
    made = {"id": number, "type": kind, "title": title, "description": doc, "datasource": DATASOURCE, "targets": targets,
            "gridPos": {"x": x, "y": y, "w": width, "h": {"stat": 4, "table": 10}.get(kind, 8)},
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options}
    if kind == "table":
        for target in targets:
            target.update(instant=True, format="table")
        made["transformations"] = [{"id": "organize", "options": {"excludeByName": {"Time": True}}}]
    return made


def dashboard(name, title, specs):
    panels, x, y = [], 0, 0
    for number, spec in enumerate(specs, 1):
        if x + spec[-1] > 24:
            x, y = 0, y + panels[-1]["gridPos"]["h"]
        panels.append(panel(number, spec, x, y))
        x += spec[-1]
    variables = [
        {"name": "datasource", "label": "Source", "type": "datasource", "query": "prometheus"},
        {"name": "instance", "label": "Daemon", "type": "query", "datasource": DATASOURCE, "refresh": 2, "multi": True,
         "includeAll": True, "allValue": ".*", "query": "label_values(eagerd_build_info, instance)",
         "current": {"text": "All", "value": "$__all"}},
    ]
    links = [{"title": "eagerd", "type": "dashboards", "tags": ["eagerd"], "asDropdown": True, "includeVars": True, "keepTime": True}]
    return {"uid": f"eagerd-{name}", "title": title, "tags": ["eagerd"], "schemaVersion": 39, "editable": True, "refresh": "15s",
            "time": {"from": "now-1h", "to": "now"}, "templating": {"list": variables}, "links": links, "panels": panels}


def main():
    check, wrong = "--check" in sys.argv[1:], []
    for name, (title, specs) in DASHBOARDS.items():
        path, text = FOLDER / f"{name}.json", json.dumps(dashboard(name, title, specs), indent=1) + "\n"
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            wrong.append(str(path))
    if wrong:
        sys.exit(f"not what make_dashboards.py writes, run it: {', '.join(wrong)}")


main()
