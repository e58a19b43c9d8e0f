"""What no schema says of deploy/kubernetes and the compose files: that their parts fit each other and the image.

manifests.py kinds FILE                     the objects of Kubernetes's own kinds
manifests.py check BASE EXAMPLE DEPLOY      of what kubectl rendered
manifests.py compose PLAIN GPU TLS DEPLOY   of what docker-compose rendered
"""

import json
import os
import re
import sys

import yaml

OPERATORS = "monitoring.coreos.com/v1"


def load(path):
    with open(path, encoding="utf-8") as file:
        return [o for o in yaml.safe_load_all(file) if o]


def find(objects, kind, name="eagerd"):
    found = [o for o in objects if o["kind"] == kind and o["metadata"]["name"].startswith(name)]
    assert found, f"no {kind} {name}"
    return found[0]


def holds(labels, selector):
    return selector.items() <= labels.items()


def check_workload(objects):
    stateful = find(objects, "StatefulSet")
    template = stateful["spec"]["template"]
    pod = template["spec"]
    (container,) = pod["containers"]
    labels = template["metadata"]["labels"]

    # What the daemon is told is there.
    config = find(objects, "ConfigMap")
    assert [e["configMapRef"]["name"] for e in container["envFrom"]] == [config["metadata"]["name"]]
    mounts = {m["mountPath"]: m["name"] for m in container["volumeMounts"]}
    sources = {v["name"]: v for v in pod["volumes"]}
    claims = {c["metadata"]["name"] for c in stateful["spec"]["volumeClaimTemplates"]}
    assert set(mounts.values()) == set(sources) | claims, (mounts, sources, claims)
    paths = [v.removeprefix("unix:") for value in config["data"].values() for v in value.split(",") if re.match("(unix:)?/", v)]
    for path in paths:
        assert any(path == m or path.startswith(m + "/") for m in mounts), f"nothing is mounted for {path}"
    assert mounts[config["data"]["EAGERD_STATE"]] in claims
    for name in ("EAGERD_TLS_SERVER_CERT", "EAGERD_TLS_SERVER_KEY", "EAGERD_AUTH_TOKENS"):
        assert config["data"][name], f"{name}: open to everyone"
    grace = int(config["data"]["EAGERD_GRACE"])
    assert pod["terminationGracePeriodSeconds"] >= grace + 30, "killed while it saves"

    # Ports have one name and number everywhere.
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    assert ports == {"grpc": 8470, "http": 9470}, ports
    for listener, name in (("EAGERD_LISTEN", "grpc"), ("EAGERD_HTTP", "http")):
        assert config["data"][listener].split(",")[0].endswith(f":{ports[name]}")
    for service in [o for o in objects if o["kind"] == "Service"]:
        assert holds(labels, service["spec"]["selector"]), service["metadata"]["name"]
        for port in service["spec"]["ports"]:
            assert ports[port["targetPort"]] == port["port"], port
    for probe, path in (("startupProbe", "/readyz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")):
        assert container[probe]["httpGet"]["path"] == path and container[probe]["httpGet"]["port"] == "http", probe
    assert stateful["spec"]["serviceName"] == find(objects, "Service", "eagerd-pods")["metadata"]["name"]

    # Pod security "restricted", and nothing written but the volumes.
    security, own = pod["securityContext"], container["securityContext"]
    assert security["runAsNonRoot"] and security["runAsUser"] == 8470 and security["seccompProfile"]["type"] == "RuntimeDefault"
    assert own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"] and own["capabilities"]["drop"] == ["ALL"]
    assert not pod["automountServiceAccountToken"]

    for kind, where in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
        selector = find(objects, kind)["spec"][where]["matchLabels"]
        assert selector and holds(labels, selector), kind
    for rule in find(objects, "NetworkPolicy")["spec"]["ingress"]:
        assert all(p["port"] in ports for p in rule["ports"])
        assert not any(holds(labels, peer.get("podSelector", {}).get("matchLabels", {})) and "podSelector" in peer for peer in rule["from"])
    return stateful, container


def check(base, example, deploy):
    check_workload(load(base))
    objects = load(example)
    stateful, container = check_workload(objects)
    limits, requests = container["resources"]["limits"], container["resources"]["requests"]
    assert limits["nvidia.com/gpu"] == "1" and "cpu" in requests and "memory" in limits, limits
    assert container["image"].endswith("-cuda"), container["image"]
    scaler = find(objects, "HorizontalPodAutoscaler")["spec"]
    assert scaler["scaleTargetRef"]["name"] == stateful["metadata"]["name"]
    monitor = find(objects, "ServiceMonitor")["spec"]
    scraped = [o for o in objects if o["kind"] == "Service" and holds(o["metadata"]["labels"], monitor["selector"]["matchLabels"])]
    assert len(scraped) == 1, [o["metadata"]["name"] for o in scraped]
    names = [p["name"] for p in scraped[0]["spec"]["ports"]]
    for endpoint in monitor["endpoints"]:
        assert endpoint["port"] in names and endpoint["path"] == "/metrics", endpoint
    # The rules of the operator are those of Prometheus.
    with open(os.path.join(deploy, "prometheus/rules.yml"), encoding="utf-8") as file:
        assert find(objects, "PrometheusRule")["spec"] == yaml.safe_load(file), "the rules differ from deploy/prometheus/rules.yml"


def check_compose(plain, gpu, tls, deploy):
    plain, gpu, tls = (json.load(open(path, encoding="utf-8"))["services"] for path in (plain, gpu, tls))
    for service in plain.values():
        for port in service["ports"]:
            assert port["host_ip"] == "127.0.0.1", f"{port} is open to others, without a password"
        for volume in service["volumes"]:
            assert volume["type"] == "volume" or os.path.exists(volume["source"]), f"no {volume['source']}"
    daemon = plain["eagerd"]
    assert daemon["read_only"] and daemon["cap_drop"] == ["ALL"]
    for service in (plain, gpu, tls):
        build = service["eagerd"]["build"]
        assert os.path.exists(os.path.join(build["context"], build["dockerfile"])), build
    (device,) = gpu["eagerd"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["driver"] == "nvidia" and "gpu" in device["capabilities"]
    assert gpu["eagerd"]["image"].endswith("-cuda")
    secure = tls["eagerd"]
    for name in ("EAGERD_TLS_SERVER_CERT", "EAGERD_TLS_SERVER_KEY", "EAGERD_AUTH_TOKENS"):
        assert os.path.dirname(secure["environment"][name]) == "/etc/eagerd", name
    assert [p.get("host_ip") for p in secure["ports"]] == [None, "127.0.0.1"], secure["ports"]


def main(what, *args):
    if what == "kinds":
        yaml.safe_dump_all([o for o in load(args[0]) if o["apiVersion"] != OPERATORS], sys.stdout)
    elif what == "check":
        check(*args)
    else:
        check_compose(*args)


main(*sys.argv[1:])
