"""grpcurl_test.py GRPCURL ADDRESS DOCUMENT...: what people do with grpcurl, and what the documents show, on a daemon."""

import json
import re
import shlex
import subprocess
import sys
import unittest

GRPCURL, ADDRESS = sys.argv[1:3]
DOCUMENTS = sys.argv[3:]
SERVICE = "eager.v1.TensorService"
VOLATILE = {"incarnation", "memory_limit", "physical_desc", "bytes_in_use", "peak_bytes_in_use", "bytes_reserved",
            "live_buffers", "hardware", "op_table_revision", "server_version"}


class Failure(Exception):
    """A call's status: its code, as grpcurl names it, and its message."""

    def __init__(self, text):
        super().__init__(text)
        code = re.search(r"Code: (\w+)", text)
        message = re.search(r"Message: (.*)", text)
        self.code = code.group(1) if code else None
        self.message = message.group(1) if message else text


def grpcurl(*args):
    done = subprocess.run([GRPCURL, "-plaintext", *args], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise Failure(done.stdout + done.stderr)
    return done.stdout


def call(method, request=None, service=SERVICE):
    return json.loads(grpcurl("-d", json.dumps(request or {}), ADDRESS, f"{service}/{method}"))


def tensor(values, dtype=None, shape=None):
    given = {"values": values, "dtype": dtype, "shape": shape}
    return {name: value for name, value in given.items() if value is not None}


def execute(op, *inputs, **attrs):
    """Inputs are tensor(…) or bare values; returns (values, dtype, shape) of the one output."""
    request = {"op": op, "inputs": [i if isinstance(i, dict) else tensor(i) for i in inputs], "attrs": attrs}
    (output,) = call("Execute", request)["outputs"]
    return output.get("values"), output["dtype"], [int(d) for d in output.get("shape", [])]


class LookingAround(unittest.TestCase):
    def test_services(self):
        services = grpcurl(ADDRESS, "list").split()
        self.assertIn(SERVICE, services)
        self.assertIn("grpc.health.v1.Health", services)

    def test_describe(self):
        text = grpcurl(ADDRESS, "describe", SERVICE)
        for rpc in ("Hello", "Session", "Upload", "Download", "Execute", "ListDevices", "ListOps", "DescribeOp"):
            self.assertIn(f"rpc {rpc} (", text)
        self.assertIn("rpc Check (", grpcurl(ADDRESS, "describe", "grpc.health.v1.Health"))

    def test_health(self):
        self.assertEqual(call("Check", service="grpc.health.v1.Health"), {"status": "SERVING"})

    def test_devices(self):
        device = call("ListDevices")["devices"][0]
        self.assertEqual((device["name"], device["type"]), ("/device:CPU:0", "CPU"))
        self.assertGreater(int(device["memory_limit"]), 0)

    def test_ops(self):
        self.assertIn("AddV2", call("ListOps")["ops"])
        matmuls = call("ListOps", {"contains": "matmul"})["ops"]
        self.assertIn("MatMul", matmuls)
        self.assertTrue(all("matmul" in name.lower() for name in matmuls))

    def test_describe_op(self):
        op = call("DescribeOp", {"op": "MatMul"})
        self.assertEqual([arg["name"] for arg in op["inputs"]], ["a", "b"])
        self.assertIn({"name": "transpose_a", "kind": "bool", "default_value": "false"}, op["attrs"])
        self.assertTrue(op["differentiable"])
        self.assertIn("float32", op["dtypes"])
        self.assertNotIn("bool", op["dtypes"])


class Ops(unittest.TestCase):
    def test_matmul(self):
        a, b = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
        self.assertEqual(execute("MatMul", a, b), ([[19, 22], [43, 50]], "int32", [2, 2]))
        self.assertEqual(execute("MatMul", a, b, transpose_a=True), ([[26, 30], [38, 44]], "int32", [2, 2]))
        self.assertEqual(execute("MatMul", [[0.5, 1]], [[2], [4]]), ([[5]], "float32", [1, 1]))

    def test_cast(self):
        self.assertEqual(execute("Cast", [1.5, -2.7], DstT="int64"), ([1, -2], "int64", [2]))

    def test_dtypes_left_out(self):
        self.assertEqual(execute("AddV2", [1, 2], 10), ([11, 12], "int32", [2]))
        self.assertEqual(execute("AddV2", [1.5, 2], 10), ([11.5, 12], "float32", [2]))
        self.assertEqual(execute("AddV2", [1, 2], 0.5), ([1.5, 2.5], "float32", [2]))
        self.assertEqual(execute("AddV2", tensor([1, 2], "float64"), 10), ([11, 12], "float64", [2]))
        self.assertEqual(execute("Sqrt", [4, 9]), ([2, 3], "float32", [2]))
        self.assertEqual(execute("LogicalNot", [True, False]), ([False, True], "bool", [2]))

    def test_shape(self):
        flat = tensor([1, 2, 3, 4], shape=[2, 2])
        self.assertEqual(execute("Transpose", flat, [1, 0]), ([[1, 3], [2, 4]], "int32", [2, 2]))
        self.assertEqual(execute("ZerosLike", tensor([], "float32", [0])), ([], "float32", [0]))

    def test_axes(self):
        a = [[1, 2], [3, 4]]
        self.assertEqual(execute("Sum", a, [0]), ([4, 6], "int32", [2]))
        self.assertEqual(execute("Sum", a, 1, keep_dims=True), ([[3], [7]], "int32", [2, 1]))
        self.assertEqual(execute("ConcatV2", [[1, 2]], [[3, 4]], 0), ([[1, 2], [3, 4]], "int32", [2, 2]))
        self.assertEqual(execute("Pack", [1, 2], [3, 4], axis=1), ([[1, 3], [2, 4]], "int32", [2, 2]))

    def test_large_integers(self):
        self.assertEqual(execute("AddV2", ["9223372036854775806"], 1), (["9223372036854775807"], "int64", [1]))
        self.assertEqual(execute("AddV2", "9007199254740992", 1), ("9007199254740993", "int64", []))
        self.assertEqual(execute("AddV2", "9007199254740992", -1), (9007199254740991, "int64", []))
        self.assertEqual(execute("Identity", -2147483648), (-2147483648, "int32", []))
        self.assertEqual(execute("Identity", 2147483648), (2147483648, "int64", []))

    def test_not_finite(self):
        values, _, _ = execute("Sqrt", [-1.0, "NaN", "Infinity", 0.01])
        self.assertEqual(values, ["NaN", "NaN", "Infinity", 0.1])
        self.assertEqual(execute("Neg", ["Infinity"]), (["-Infinity"], "float32", [1]))


class Mistakes(unittest.TestCase):
    def fails(self, code, words, request):
        with self.assertRaises(Failure) as raised:
            call("Execute", request)
        self.assertEqual(raised.exception.code, code, raised.exception.message)
        for word in words:
            self.assertIn(word, raised.exception.message)

    def invalid(self, words, op, *inputs, **attrs):
        inputs = [i if isinstance(i, dict) else tensor(i) for i in inputs]
        self.fails("InvalidArgument", words, {"op": op, "inputs": inputs, "attrs": attrs})

    def test_op(self):
        self.fails("NotFound", ["'Nope'"], {"op": "Nope"})
        self.fails("InvalidArgument", ["'op' is missing"], {})
        with self.assertRaises(Failure) as raised:
            call("DescribeOp", {"op": "Nope"})
        self.assertEqual(raised.exception.code, "NotFound")

    def test_shapes(self):
        self.invalid(["MatMul", "[1,2]"], "MatMul", [[1, 2]], [[1, 2]])
        self.invalid(["AddV2", "[2]", "[3]"], "AddV2", [1, 2], [1, 2, 3])
        self.invalid(["MatMul", "expected 2 inputs (a, b), got 1"], "MatMul", [[1]])
        self.invalid(["AddV2: input 1", "[2,2]", "got 3"], "AddV2", 1, tensor([1, 2, 3], shape=[2, 2]))

    def test_lists(self):
        self.invalid(["AddV2: input 0", "different lengths: 2 and 1"], "AddV2", [[1, 2], [3]], 1)
        self.invalid(["AddV2: input 1", "unevenly"], "AddV2", 1, [[1, 2], 3])
        self.invalid(["AddV2: input 1", "unevenly"], "AddV2", 1, [3, [1, 2]])

    def test_values(self):
        self.invalid(["AddV2: input 0"], "AddV2", {"values": None}, 1)
        self.invalid(["AddV2: input 0"], "AddV2", [1, None], 1)
        self.invalid(["AddV2: input 0", "missing"], "AddV2", {}, 1)
        self.invalid(["AddV2: input 0"], "AddV2", {"values": {"a": 1}}, 1)
        self.invalid(["AddV2: input 1", "1.5", "int32"], "AddV2", tensor(1, "int32"), 1.5)
        self.invalid(["Identity: input 0", "3000000000", "int32"], "Identity", tensor(3000000000, "int32"))
        self.invalid(["Identity: input 0", "strings"], "Identity", tensor(9007199254740993, "int64"))
        self.invalid(["LogicalAnd: input 1", "true and false"], "LogicalAnd", [True], 1)

    def test_dtypes(self):
        self.invalid(["AddV2", "int32", "float32"], "AddV2", tensor(1, "int32"), tensor(1, "float32"))
        self.invalid(["AddV2: input 0", "'number'"], "AddV2", tensor(1, "number"), 1)

    def test_attributes(self):
        self.invalid(["MatMul", "'transpose_a' must be a bool"], "MatMul", [[1]], [[1]], transpose_a=1)
        self.invalid(["MatMul", "'transpose_a' must be a bool"], "MatMul", [[1]], [[1]], transpose_a=None)
        self.invalid(["MatMul", "'nope'"], "MatMul", [[1]], [[1]], nope=1)
        self.invalid(["Cast", "'DstT'", "missing"], "Cast", [1])
        self.invalid(["Cast", "'DstT'", "'number'"], "Cast", [1], DstT="number")

    def test_execution(self):
        self.invalid(["FloorDiv", "zero"], "FloorDiv", 1, 0)
        request = {"op": "Neg", "device": "/device:GPU:7", "inputs": [tensor(1)]}
        self.fails("InvalidArgument", ["/device:GPU:7", "/device:CPU:0"], request)
        self.fails("Unimplemented", ["variable"], {"op": "VarHandleOp", "attrs": {"shape": [2], "dtype": "float32"}})


def without_volatile(value):
    if isinstance(value, dict):
        return {name: without_volatile(item) for name, item in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return [without_volatile(item) for item in value]
    return value


def parsed(text):
    """JSON without what differs from daemon to daemon; other text as its words."""
    try:
        return without_volatile(json.loads(text))
    except json.JSONDecodeError:
        return text.split()


class Documents(unittest.TestCase):
    def calls(self, document):
        """(arguments of grpcurl, shown output) of the fenced blocks that follow `<!-- grpcurl -->`."""
        with open(document, encoding="utf-8") as file:
            blocks = re.findall(r"<!-- grpcurl -->\s*```\w*\n(.*?)```", file.read(), re.DOTALL)
        for block in blocks:
            for command in re.split(r"^\$ grpcurl ", block, flags=re.MULTILINE)[1:]:
                command = re.sub(r"\\\n\s*", "", command)
                line, _, output = command.partition("\n")
                while line.count("'") % 2:  # a quoted text goes on in the next line
                    more, _, output = output.partition("\n")
                    line += "\n" + more
                args = [ADDRESS if arg == "localhost:8470" else arg for arg in shlex.split(line)]
                self.assertEqual(args.pop(0), "-plaintext")
                yield args, output

    def test_outputs(self):
        for document in DOCUMENTS:
            calls = list(self.calls(document))
            self.assertGreaterEqual(len(calls), 2, document)
            for args, shown in calls:
                with self.subTest(document=document, args=args):
                    self.assertEqual(parsed(grpcurl(*args)), parsed(shown))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
