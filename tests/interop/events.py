"""events.py WRITER FOLDER: real TensorBoard reads what a C++ program writes, while it writes it and afterwards.

Both readings must be what TensorFlow's own file of the same calls gives (tests/golden/events/expected.json)."""

import base64
import gzip
import json
import pathlib
import subprocess
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def golden():
    folder = pathlib.Path(__file__).resolve().parent.parent / "golden" / "events"
    plain = folder / "expected.json"
    text = plain.read_bytes() if plain.exists() else gzip.decompress((folder / "expected.json.gz").read_bytes())
    return json.loads(text)


def matches(array, want):
    """Whether a tensor that TensorBoard read is the T of the golden file."""
    if list(array.shape) != want["shape"]:
        return False
    if "base64" in want:
        return [bytes(x) for x in array.reshape(-1)] == [base64.b64decode(x) for x in want["base64"]]
    values = np.array([float(x) for x in want["values"]], want["dtype"]).reshape(want["shape"])
    return array.dtype == values.dtype and np.array_equal(array, values, equal_nan=True)


def check(logdir, expected):
    accumulator = EventAccumulator(str(logdir), size_guidance={"tensors": 0})
    accumulator.Reload()
    tags = expected["tags"]
    assert sorted(accumulator.Tags()["tensors"]) == expected["tags_of_kind_tensors"], accumulator.Tags()
    assert sorted(accumulator.Tags()["scalars"]) == expected["tags_of_kind_scalars"], accumulator.Tags()
    assert accumulator.file_version == expected["file_version"]
    values = 0
    for tag, want in tags.items():
        metadata = accumulator.SummaryMetadata(tag)
        assert metadata.plugin_data.plugin_name == want["plugin_name"], (tag, metadata)
        assert metadata.plugin_data.content == base64.b64decode(want["plugin_content_base64"]), (tag, metadata)
        assert metadata.display_name == want["display_name"], (tag, metadata)
        assert metadata.summary_description == want["description"], (tag, metadata)
        assert metadata.data_class == want["data_class"], (tag, metadata)
        events = accumulator.Tensors(tag)
        assert [e.step for e in events] == [e["step"] for e in want["events"]], tag
        for got, event in zip(events, want["events"]):
            array = tensor_util.make_ndarray(got.tensor_proto)
            assert matches(array, event["tensor"]), f"{tag} at step {got.step}: {array!r} is not {event['tensor']}"
            values += 1
    return values


def main(writer, folder):
    expected = golden()["accumulator"]
    process = subprocess.Popen([writer, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    path = process.stdout.readline().strip()
    assert path, "the writer ended before it had flushed"
    print(f"while the writer is open: {check(folder, expected)} values of {len(expected['tags'])} tags are TensorFlow's")
    process.communicate("")
    assert process.returncode == 0, process.returncode
    print(f"after its end: {check(folder, expected)} values")


if __name__ == "__main__":
    main(*sys.argv[1:])
