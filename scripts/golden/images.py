"""Convolutions and poolings by JAX in f64, with their gradients: what crates/nn/tests/golden_images.rs compares with.

Each line is a case: what it is, its sizes, then the result and the gradients of its sum weighted by numbers, row by
row. Operands and weights are given by a formula that both sides know: golden(k, seed) = frac((k + 1) phi + 0.377 seed).
"""

import pathlib

import jax
import jax.numpy as jnp
from jax import lax

jax.config.update("jax_enable_x64", True)


def golden(shape, seed):
    count = 1
    for size in shape:
        count *= size
    k = jnp.arange(1, count + 1, dtype=jnp.float64)
    return (2.0 * jnp.mod(k * 0.6180339887498949 + 0.377 * seed, 1.0) - 1.0).reshape(shape)


def convolution(x, w, b, stride, pad):
    y = lax.conv_general_dilated(x, w, (stride, stride), [(pad, pad), (pad, pad)])
    return y + b[None, :, None, None]


def max_pool(x, side, stride, pad):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, side, side), (1, 1, stride, stride), [(0, 0), (0, 0), (pad, pad), (pad, pad)])


def average_pool(x, side, stride, pad):
    window = ((1, 1, side, side), (1, 1, stride, stride), [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    return lax.reduce_window(x, 0.0, lax.add, *window) / lax.reduce_window(jnp.ones_like(x), 0.0, lax.add, *window)


def line(name, sizes, f, *operands):
    y = f(*operands)
    weights = golden(y.shape, 9)
    gradients = jax.grad(lambda *o: jnp.sum(f(*o) * weights), tuple(range(len(operands))))(*operands)
    numbers = [y.ravel(), *(g.ravel() for g in gradients)]
    text = ["%.17g" % x for part in numbers for x in part]
    return " ".join([name, *map(str, sizes), *text])


lines = []
for n, c, h, w, o, kh, kw, stride, pad in [
    (2, 1, 5, 5, 2, 3, 3, 1, 0), (3, 2, 4, 6, 3, 2, 3, 1, 1), (2, 3, 7, 6, 4, 3, 3, 2, 1), (1, 2, 5, 5, 9, 5, 5, 1, 2),
    (17, 1, 6, 5, 2, 3, 2, 1, 0), (2, 2, 6, 6, 1, 1, 1, 3, 0),
]:
    operands = golden((n, c, h, w), 0), golden((o, c, kh, kw), 1), golden((o,), 2)
    f = lambda x, k, b: convolution(x, k, b, stride, pad)
    lines.append(line("convolution", (n, c, h, w, o, kh, kw, stride, pad), f, *operands))
for n, c, h, w, side, stride, pad in [(2, 2, 4, 6, 2, 2, 0), (2, 1, 5, 5, 3, 1, 1), (3, 2, 7, 5, 3, 2, 1), (20, 1, 4, 4, 2, 2, 0)]:
    for name, pool in [("max_pool", max_pool), ("average_pool", average_pool)]:
        f = lambda x: pool(x, side, stride, pad)
        lines.append(line(name, (n, c, h, w, side, stride, pad), f, golden((n, c, h, w), 3)))

path = pathlib.Path(__file__).parents[2] / "crates/nn/tests/golden/images.txt"
path.parent.mkdir(exist_ok=True)
path.write_text("\n".join(lines) + "\n")
