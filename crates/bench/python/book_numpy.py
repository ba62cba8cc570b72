"""The book's run as the book computes it, in NumPy on one thread: python book_numpy.py DIRECTORY [SEED]

Weights in double precision, labels one-hot, a pass over the layers forward and one back, written out; otherwise the run
of book_run.py. To be timed from outside, like `mnist train`.
"""

import gzip
import os
import pathlib
import sys

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"
import numpy as np

directory = pathlib.Path(sys.argv[1])
random = np.random.RandomState(int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def read(name, header):
    with gzip.open(directory / f"{name}.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def split(name):
    images = read(f"{name}-images-idx3-ubyte", 16).reshape(-1, 784)
    labels = read(f"{name}-labels-idx1-ubyte", 8)
    return images.astype(np.float32) / 255, np.eye(10)[labels]


train, test = split("train"), split("t10k")
w1, w2 = 0.01 * random.randn(784, 50), 0.01 * random.randn(50, 10)
b1, b2 = np.zeros(50), np.zeros(10)


def forward(images):
    hidden = images @ w1 + b1
    mask = hidden <= 0
    hidden[mask] = 0
    return hidden, mask, hidden @ w2 + b2


def softmax(logits):
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def gradient(images, targets):
    hidden, mask, logits = forward(images)
    probabilities = softmax(logits)
    loss = -np.log(probabilities[np.arange(len(images)), targets.argmax(axis=1)] + 1e-7).mean()
    d_logits = (probabilities - targets) / len(images)
    d_hidden = d_logits @ w2.T
    d_hidden[mask] = 0
    # The book's Affine also computes the derivative by its input, which nobody asks for in the first layer.
    d_hidden @ w1.T
    slopes = images.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_logits, d_logits.sum(axis=0)
    return loss, slopes


def accuracy(images, targets):
    return (forward(images)[2].argmax(axis=1) == targets.argmax(axis=1)).mean()


losses = []
for step in range(10_000):
    chosen = random.choice(len(train[0]), 100)
    loss, slopes = gradient(train[0][chosen], train[1][chosen])
    for parameter, slope in zip((w1, b1, w2, b2), slopes):
        parameter -= 0.1 * slope
    # The book computes each step's loss once more, after the update.
    losses.append(-np.log((softmax(forward(train[0][chosen])[2]) * train[1][chosen]).sum(axis=1) + 1e-7).mean())
    if step % 600 == 0:
        reached = accuracy(*train), accuracy(*test)
print(f"accuracy {reached[0]:.4f} on the training images, {reached[1]:.4f} on the test images")
