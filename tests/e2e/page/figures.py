"""Answers of /api/status that a test makes up."""

import json

LE = [1e-6 * 4**k for k in range(14)]
START = 1_800_000_000.0


def histogram(counts):
    """Cumulative, as the daemon gives it, of the counts of each bucket; the last bucket has no bound."""
    total, cumulative = 0, []
    for n in counts + [0] * (len(LE) + 1 - len(counts)):
        total += n
        cumulative.append(total)
    return {"le": LE, "count": cumulative, "sum": 1.0}


def status(step, **changes):
    """The answer of the step-th request, two seconds apart: 500 ops/s, 10 reads/s of which 1 in 20 takes long."""
    quick, slow = 19 * step, step
    answer = {
        "version": "0.1.0", "build": {"compiler": "GNU 12.2.0", "cuda": "", "type": "Release"},
        "now_seconds": START + 2 * step, "uptime_seconds": 3600 + 2 * step, "ready": True, "draining": False,
        "devices": [
            {"name": "/device:CPU:0", "type": "CPU", "description": "2 cores", "healthy": True, "failure": "",
             "memory": {"in_use": 300 << 20, "peak": 700 << 20, "reserved": 512 << 20, "limit": 1 << 30}, "buffers": 321, "gpu": None},
            {"name": "/device:GPU:0", "type": "GPU", "description": "Some GPU", "healthy": True, "failure": "",
             "memory": {"in_use": 10 << 30, "peak": 20 << 30, "reserved": 24 << 30, "limit": 40 << 30}, "buffers": 12,
             "gpu": {"utilization": 0.42, "memory_used": 26 << 30, "memory_total": 80 << 30, "power_watts": 311.0, "temperature_celsius": 61}}],
        "sessions": [
            {"id": f"id{i}", "tenant": "red" if i % 2 else "blue", "client": f"client {i}", "peer": f"ipv4:127.0.0.1:{5000 + i}", "state": "served",
             "age_seconds": 100.0 * i, "handles": 10 * i, "tapes": i % 3, "ops": 100 * i * step, "bytes": (5 - i) << 20} for i in range(5)],
        "sessions_total": 5,
        "counters": {"ops": 1000 * step, "reads": 20 * step, "errors": step, "received_bytes": 4096 * step, "sent_bytes": 2 * 1048576 * step,
                     "backward_passes": 0, "sessions_opened": 9, "sessions_resumed": 1, "sessions_expired": 2},
        "latency": {"read": histogram([0, 0, 0, 0, quick, 0, 0, slow]), "execute": histogram([quick])},
        "ops": [{"op": "MatMul", "device": "/device:GPU:0", "count": 10 * step, "errors": 0, "seconds": 3.0},
                {"op": "AddV2", "device": "/device:CPU:0", "count": 90 * step, "errors": step, "seconds": 1.0}],
        "errors": [{"time_seconds": START - 5, "code": "INVALID_ARGUMENT", "op": "MatMul", "tenant": "red", "message": "MatMul: expected two matrices"}],
        "flags": {"--listen": "127.0.0.1:8470", "--fusion": True}}
    answer.update(changes)
    return answer


def body(answer):
    return 200, "application/json", json.dumps(answer).encode()


# Markup in every word that a client, an operator or an error may bring in.
HOSTILE = "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script>'\"&amp;\u202e"


def hostile(step):
    answer = status(step)

    def spoil(value):
        if isinstance(value, dict):
            return {k: spoil(v) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(v) for v in value]
        return HOSTILE + value if isinstance(value, str) else value

    answer = spoil(answer)
    answer["flags"][HOSTILE] = HOSTILE
    return answer
