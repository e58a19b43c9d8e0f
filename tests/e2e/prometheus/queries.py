"""queries.py PROMETHEUS METRICS: asks a Prometheus what it knows of the daemon, and compares with a file of its /metrics."""

import json
import sys
import time
import urllib.parse
import urllib.request

prometheus, metrics = sys.argv[1:]


def ask(query):
    url = prometheus + "/api/v1/query?" + urllib.parse.urlencode({"query": query})
    answer = json.load(urllib.request.urlopen(url))
    assert answer["status"] == "success", answer
    return answer["data"]["result"]


# A query, and what its first value must be.
QUERIES = [
    ('up{job="eagerd"}', lambda v: v == 1),
    ("eagerd_ready", lambda v: v == 1),
    ("count(eagerd_build_info)", lambda v: v == 1),
    ("sum(rate(eagerd_ops_total[10s]))", lambda v: v > 0),
    ("topk(1, sum by (op) (eagerd_ops_total))", lambda v: v > 10),
    ("sum(rate(eagerd_op_seconds_total[10s])) / sum(rate(eagerd_ops_total[10s]))", lambda v: 0 < v < 1),
    ("histogram_quantile(0.99, sum by (le) (rate(eagerd_read_seconds_bucket[10s])))", lambda v: 0 < v < 67),
    ('histogram_quantile(0.5, sum by (le) (rate(eagerd_phase_seconds_bucket{phase="execute"}[10s])))', lambda v: 0 < v < 67),
    ("sum(rate(eagerd_batch_items_sum[10s])) / sum(rate(eagerd_batch_items_count[10s]))", lambda v: v >= 1),
    ("increase(eagerd_sessions_opened_total[10s])", lambda v: v > 0),
    ("rate(eagerd_backward_passes_total[10s])", lambda v: v > 0),
    ('sum(rate(eagerd_received_bytes_total[10s]))', lambda v: v > 0),
    ('eagerd_device_memory_peak_bytes{device="/device:CPU:0"}', lambda v: v > 0),
    ("rate(process_cpu_seconds_total[10s])", lambda v: v > 0),
]

deadline = time.time() + 30
while True:
    wrong = []
    for query, right in QUERIES:
        result = ask(query)
        if not result or not right(float(result[0]["value"][1])):
            wrong.append(f"{query}: {result}")
    if not wrong or time.time() > deadline:
        break
    time.sleep(1)
assert not wrong, "\n".join(wrong)

# All that the daemon says has arrived, under its name and type.
metadata = json.load(urllib.request.urlopen(prometheus + "/api/v1/metadata"))["data"]
types = dict(line.split()[2:4] for line in open(metrics) if line.startswith("# TYPE "))
assert len(types) > 40, types
for name, kind in types.items():
    assert metadata[name][0]["type"] == kind, (name, kind, metadata.get(name))
print(f"{len(QUERIES)} queries answered, {len(types)} metrics known")
