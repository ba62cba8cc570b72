"""The book's run in PyTorch, on one thread: python book_run.py DIRECTORY [SEED]

Reads the four MNIST files, takes 10,000 steps of a 784-50-10 net with batches of 100 drawn with replacement, and
evaluates it on all 70,000 images every 600 steps. To be timed from outside, like `mnist train`.
"""

import gzip
import pathlib
import sys

import numpy as np
import torch

torch.set_num_threads(1)
directory = pathlib.Path(sys.argv[1])
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
generator = torch.Generator().manual_seed(seed)


def read(name, header):
    with gzip.open(directory / f"{name}.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def split(name):
    images = read(f"{name}-images-idx3-ubyte", 16).reshape(-1, 784)
    labels = read(f"{name}-labels-idx1-ubyte", 8)
    return torch.from_numpy(images.astype(np.float32) / 255), torch.from_numpy(labels.astype(np.int64))


train, test = split("train"), split("t10k")
net = torch.nn.Sequential(torch.nn.Linear(784, 50), torch.nn.ReLU(), torch.nn.Linear(50, 10))
with torch.no_grad():
    for layer in (net[0], net[2]):
        layer.weight.normal_(0, 0.01, generator=generator)
        layer.bias.zero_()
optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
cross_entropy = torch.nn.CrossEntropyLoss()


def accuracy(images, labels):
    with torch.no_grad():
        return (net(images).argmax(1) == labels).float().mean().item()


for step in range(10_000):
    chosen = torch.randint(len(train[0]), (100,), generator=generator)
    optimiser.zero_grad()
    cross_entropy(net(train[0][chosen]), train[1][chosen]).backward()
    optimiser.step()
    if step % 600 == 0:
        reached = accuracy(*train), accuracy(*test)
print(f"accuracy {reached[0]:.4f} on the training images, {reached[1]:.4f} on the test images")
