"""The training step in NumPy, JAX and PyTorch, whichever are installed; the bench program starts this script.

The first line of output lists the tools. Then each line of input asks for steps, "tool,hidden,batch,count", and is
answered with the nanoseconds they took and the loss before the last one.
"""

import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np

INPUTS, CLASSES, RATE = 784, 10, 0.1


class SplitMix:
    """The numbers that the Rust program draws, a vector at a time."""

    def __init__(self, seed):
        self.state = np.uint64(seed)

    def words(self, count):
        with np.errstate(over="ignore"):
            steps = np.arange(1, count + 1, dtype=np.uint64)
            z = self.state + steps * np.uint64(0x9E3779B97F4A7C15)
            self.state = z[-1]
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            return z ^ (z >> np.uint64(31))

    def unit(self, *shape):
        words = self.words(int(np.prod(shape))) >> np.uint64(40)
        return (words.astype(np.float32) / np.float32(2**24)).reshape(shape)


def problem(hidden, batch):
    random = SplitMix(42)
    x = random.unit(batch, INPUTS)
    labels = (random.words(batch) % np.uint64(CLASSES)).astype(np.int64)

    def weights(*shape):
        return np.float32(0.1) * (random.unit(*shape) - np.float32(0.5))

    w1 = weights(INPUTS, hidden)
    w2 = weights(hidden, CLASSES)
    zeros = lambda n: np.zeros(n, np.float32)
    return x, labels, [w1, zeros(hidden), w2, zeros(CLASSES)]


def in_numpy(hidden, batch):
    x, labels, (w1, b1, w2, b2) = problem(hidden, batch)
    rows, rate, share = np.arange(batch), np.float32(RATE), np.float32(1 / batch)

    def step():
        a = x @ w1
        a += b1
        np.maximum(a, 0, out=a)
        z = a @ w2
        z += b2
        z -= z.max(1, keepdims=True)
        wanted = z[rows, labels]
        np.exp(z, out=z)
        sums = z.sum(1, keepdims=True)
        loss = (np.log(sums[:, 0]) - wanted).mean()
        z *= share / sums
        z[rows, labels] -= share
        dw2 = a.T @ z
        da = z @ w2.T
        da *= a > 0
        dw1 = x.T @ da
        np.subtract(w1, np.multiply(dw1, rate, out=dw1), out=w1)
        np.subtract(w2, np.multiply(dw2, rate, out=dw2), out=w2)
        np.subtract(b1, rate * da.sum(0), out=b1)
        np.subtract(b2, rate * z.sum(0), out=b2)
        return loss

    return step


def in_jax(hidden, batch):
    x, labels, parameters = problem(hidden, batch)
    x, labels = jnp.asarray(x), jnp.asarray(labels)

    def loss_of(parameters, x, labels):
        w1, b1, w2, b2 = parameters
        logits = jax.nn.relu(x @ w1 + b1) @ w2 + b2
        return -jax.nn.log_softmax(logits)[jnp.arange(batch), labels].mean()

    def descend(parameters, x, labels):
        loss, gradient = jax.value_and_grad(loss_of)(parameters, x, labels)
        return [p - RATE * g for p, g in zip(parameters, gradient)], loss

    compiled = jax.jit(descend, donate_argnums=0)
    parameters = [jnp.asarray(p) for p in parameters]

    def step():
        nonlocal parameters
        parameters, loss = compiled(parameters, x, labels)
        return loss.block_until_ready()

    return step


def in_torch(hidden, batch):
    x, labels, (w1, b1, w2, b2) = problem(hidden, batch)
    net = torch.nn.Sequential(
        torch.nn.Linear(INPUTS, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, CLASSES)
    )
    with torch.no_grad():
        for layer, weights, bias in ((net[0], w1, b1), (net[2], w2, b2)):
            layer.weight.copy_(torch.from_numpy(weights.T))
            layer.bias.copy_(torch.from_numpy(bias))
    optimiser = torch.optim.SGD(net.parameters(), lr=RATE)
    cross_entropy = torch.nn.CrossEntropyLoss()
    x, labels = torch.from_numpy(x), torch.from_numpy(labels)

    def step():
        optimiser.zero_grad()
        loss = cross_entropy(net(x), labels)
        loss.backward()
        optimiser.step()
        return loss.detach()

    return step


tools = {f"NumPy {np.__version__}": in_numpy}
try:
    import jax
    import jax.numpy as jnp

    tools[f"JAX {jax.__version__}"] = in_jax
except ImportError:
    pass
try:
    import torch

    torch.set_num_threads(1)
    tools[f"PyTorch {torch.__version__}"] = in_torch
except ImportError:
    pass

print(", ".join(tools), flush=True)
steps = {}
for line in sys.stdin:
    tool, hidden, batch, count = line.strip().split(",")
    key = tool, int(hidden), int(batch)
    if key not in steps:
        # A problem at a time: the last one's arrays would only fill the caches.
        steps = {kept: step for kept, step in steps.items() if kept[1:] == key[1:]}
        steps[key] = tools[tool](*key[1:])
    step = steps[key]
    start = time.perf_counter_ns()
    for _ in range(int(count)):
        loss = step()
    print(time.perf_counter_ns() - start, float(loss), flush=True)
