"""PyTorch, local and eager, as a comparator of eager-bench. Images are channels-last, as TensorFlow's are."""

import os
import time

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402
from torch import nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import lines  # noqa: E402

CHAIN, CNN_STEPS, EXAMPLES, LINEAR_STEPS = 20000, 100, 2000, 300


def wait(result):
    result.reshape(-1)[:1].tolist()


def add_chain_us():
    a, b = torch.tensor(0.0), torch.tensor(1.0)
    start = time.perf_counter()
    for _ in range(CHAIN):  # nothing else in the loop: a call would cost as much as the op
        a = a + b
    wait(a)
    return (time.perf_counter() - start) / CHAIN * 1e6


def cnn_step_ms():
    state = []

    def make():
        model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                              nn.Flatten(), nn.Linear(16, 10))
        optimizer = torch.optim.Adam(model.parameters())
        images, labels, loss = torch.rand(32, 1, 28, 28), torch.randint(0, 10, (32,)), nn.CrossEntropyLoss()

        def step():
            optimizer.zero_grad()
            value = loss(model(images), labels)
            value.backward()
            optimizer.step()
            return value.detach()

        return step

    def figure():
        if not state:
            state.append(make())
        return lines.seconds_per_call(state[0], wait, CNN_STEPS) * 1e3

    return figure


def linear_step_us():
    x = torch.randn(EXAMPLES)
    y = x * 3 + 2 + torch.randn(EXAMPLES)
    w, b = torch.tensor(5.0, requires_grad=True), torch.tensor(10.0, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=0.01)

    def step():
        optimizer.zero_grad()
        value = torch.mean(torch.square(x * w + b - y))
        value.backward()
        optimizer.step()
        return value.detach()

    return lines.seconds_per_call(step, wait, LINEAR_STEPS) * 1e6


def kernels():
    normal = lambda *shape: torch.randn(shape)
    images = lambda n, size, channels: normal(n, channels, size, size).contiguous(memory_format=torch.channels_last)

    def of(shape, call):
        return lambda: (lambda x=normal(*shape): call(x))

    def of_two(a, b, call):
        return lambda: (lambda x=normal(*a), y=normal(*b): call(x, y))

    def of_images(n, size, channels, call):
        return lambda: (lambda x=images(n, size, channels), w=normal(channels, channels, 3, 3): call(x, w))

    def with_integers(n, high, call):
        return lambda: (lambda x=normal(4096, 1024), i=torch.randint(high, (n,)): call(x, i))

    convolve = lambda x, w: F.conv2d(x, w, padding="same")

    def convolve_and_back(x, w):
        leaves = [x.requires_grad_(True), w.requires_grad_(True)]
        return torch.autograd.grad(convolve(*leaves).sum(), leaves)[0]

    million, matrix = (1000000,), (4096, 1024)
    add = lambda x: x + x
    makers = {
        "add_scalar": of((), add),
        "add_1k": of((1000,), add),
        "add_1m": of(million, add),
        "add_16m": of((16 * 1024 * 1024,), add),
        "add_row_4096x1024": of_two(matrix, (1024,), lambda x, y: x + y),
        "exp_1m": of(million, torch.exp),
        "tanh_1m": of(million, torch.tanh),
        "relu_1m": of(million, torch.relu),
        "gelu_1m": of(million, F.gelu),
        "where_1m": of(million, lambda x: torch.where(x > 0, x, -x)),
        "cast_f32_f64_1m": of(million, lambda x: x.double()),
        "matmul_32": of_two((32, 32), (32, 32), torch.matmul),
        "matmul_256": of((256, 256), lambda x: x @ x),
        "matmul_1000": of((1000, 1000), lambda x: x @ x),
        "batch_matmul_32x128x64x128": of_two((32, 128, 64), (32, 64, 128), torch.matmul),
        "conv2d_8x56x56x64_3x3x64": of_images(8, 56, 64, convolve),
        "conv2d_32x26x26x16_3x3x16": of_images(32, 26, 16, convolve),
        "conv2d_fwd_bwd_8x56x56x64": of_images(8, 56, 64, convolve_and_back),
        "max_pool_8x56x56x64": of_images(8, 56, 64, lambda x, _: F.max_pool2d(x, 2)),
        "batch_norm_8x56x56x64": lambda: (
            lambda x=images(8, 56, 64), g=normal(64), b=normal(64): F.batch_norm(x, None, None, g, b, training=True)),
        "softmax_4096x1024": of(matrix, lambda x: torch.softmax(x, -1)),
        "cross_entropy_4096x1024": with_integers(4096, 1024, lambda x, y: F.cross_entropy(x, y, reduction="none")),
        "sum_0_4096x1024": of(matrix, lambda x: x.sum(0)),
        "sum_1_4096x1024": of(matrix, lambda x: x.sum(1)),
        "sum_all_4096x1024": of(matrix, torch.sum),
        "argmax_4096x1024": of(matrix, lambda x: x.argmax(1)),
        "cumsum_4096x1024": of(matrix, lambda x: x.cumsum(1)),
        "top10_4096x1024": of(matrix, lambda x: x.topk(10)[0]),
        "transpose_4096x1024": of(matrix, lambda x: x.t().contiguous()),
        "slice_4096x512": of(matrix, lambda x: x[:, 1:513].contiguous()),
        "concat_2x4096x1024": of(matrix, lambda x: torch.cat([x, x])),
        "gather_4096_rows": with_integers(4096, 4096, lambda x, i: x[i]),
        "random_normal_1m": lambda: lambda: normal(*million),
    }
    return {name: lines.kernel(make, wait) for name, make in makers.items()}


lines.serve({
    "add_chain_us": add_chain_us,
    "cnn_step_ms": cnn_step_ms(),
    "linear_step_us": linear_step_us,
    **kernels(),
})
