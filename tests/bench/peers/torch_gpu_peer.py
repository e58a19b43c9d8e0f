"""PyTorch, local and eager, on GPU 0, as a comparator of `eager-bench gpu`."""

import torch
from torch import nn

import lines

CHAIN, CNN_STEPS = 20000, 100
gpu = torch.device("cuda:0")


def wait(result):
    result.reshape(-1)[:1].tolist()


def add_chain_us():
    state, b = [torch.tensor(0.0, device=gpu)], torch.tensor(1.0, device=gpu)

    def call():
        state[0] = state[0] + b
        return state[0]

    return lines.seconds_per_call(call, wait, CHAIN) * 1e6


def cnn_step_ms():
    state = []

    def make():
        model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                              nn.Flatten(), nn.Linear(16, 10)).to(gpu)
        optimizer = torch.optim.Adam(model.parameters())
        images, labels = torch.rand(32, 1, 28, 28, device=gpu), torch.randint(0, 10, (32,), device=gpu)
        loss = nn.CrossEntropyLoss()

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
            lines.seconds_per_call(state[0], wait, 3)
        return lines.seconds_per_call(state[0], wait, CNN_STEPS) * 1e3

    return figure


lines.serve({"add_chain_us": add_chain_us, "cnn_step_ms": cnn_step_ms()})
