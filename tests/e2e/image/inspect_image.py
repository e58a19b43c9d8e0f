"""inspect_image.py FILE: what `buildah inspect` says of the image is what people who run it rely on."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    image = json.load(file)
config = image["Docker"]["config"]


def expect(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r}, not {want!r}")


expect("user", config["User"], "8470:8470")
expect("entrypoint", config["Entrypoint"], ["/usr/bin/eagerd"])
expect("ports", sorted(config["ExposedPorts"]), ["8470/tcp", "9470/tcp"])
expect("volumes", sorted(config["Volumes"]), ["/run/eagerd", "/var/lib/eagerd"])
expect("stop signal", config["StopSignal"], "SIGTERM")
expect("health check", config["Healthcheck"]["Test"], ["CMD", "/usr/bin/eagerd", "--check", "unix:/run/eagerd/eagerd.sock"])
expect("layers", len(image["OCIv1"]["rootfs"]["diff_ids"]), 1)
labels = config["Labels"]
expect("version", labels["org.opencontainers.image.version"], "1.2.3")
for name in ("title", "description", "licenses", "revision"):
    if not labels.get(f"org.opencontainers.image.{name}"):
        sys.exit(f"no label {name}")
if "NVIDIA" in labels["org.opencontainers.image.description"]:
    environment = dict(e.split("=", 1) for e in config["Env"])
    expect("GPUs", (environment["NVIDIA_VISIBLE_DEVICES"], environment["NVIDIA_DRIVER_CAPABILITIES"]), ("all", "compute,utility"))
