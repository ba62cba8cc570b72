"""A training step of the book's two convolutional nets in PyTorch; the bench program starts this script with a name.

The first line of output is the tool's, or empty if it is not installed. Then each line of input is a number of steps,
and is answered with the nanoseconds they took.
"""

import sys
import time

try:
    import torch
except ImportError:
    print(flush=True)
    sys.exit()
import torch.nn.functional as F
from torch import nn

BATCH = 100
torch.set_num_threads(1)
torch.manual_seed(0)


def simple():
    return nn.Sequential(
        nn.Conv2d(1, 30, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(30 * 12 * 12, 100), nn.ReLU(), nn.Linear(100, 10)
    )


def deep():
    layers, channels = [], 1
    for k, (filters, padding) in enumerate([(16, 1), (16, 1), (32, 1), (32, 2), (64, 1), (64, 1)]):
        layers += [nn.Conv2d(channels, filters, 3, padding=padding), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if k % 2 else []
        channels = filters
    layers += [nn.Flatten(), nn.Linear(1024, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 10), nn.Dropout(0.5)]
    return nn.Sequential(*layers)


net = simple() if sys.argv[1] == "simple-conv" else deep()
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
x, t = torch.rand(BATCH, 1, 28, 28), torch.randint(0, 10, (BATCH,))
print("PyTorch", torch.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter_ns()
    for _ in range(int(line)):
        optimiser.zero_grad()
        F.cross_entropy(net(x), t).backward()
        optimiser.step()
    print(time.perf_counter_ns() - start, flush=True)
