"""Golden values of composite expressions, by JAX in f64: chains, fan-out, mixtures of scalars and matrices, nets."""

import math
import random
from pathlib import Path

import numpy as np

from programs import BINARY, UNARY, Program

OUT = Path(__file__).parents[2] / "crates/tape/tests/golden/composites.txt"


def fixed(rows, cols, seed):
    """Numbers that are nobody's: sines of squares, between −1 and 1."""
    return [[math.sin(1.0 + seed + 1.7 * (i * cols + j) ** 2) for j in range(cols)] for i in range(rows)]


def build(name):
    """Collects a program under a name."""

    def collect(function):
        def make(*arguments):
            program = Program("_".join(map(str, (name, *arguments))))
            function(program, *arguments)
            return program

        return make

    return collect


@build("chain")
def chain(p, op, length):
    x = p.leaf(0.37)
    for _ in range(length):
        x = getattr(x, op)() * 0.9 + 0.05


@build("fan_out")
def fan_out(p, width):
    x = p.leaf(0.8)
    parts = [(x * float(k)).sin() / (x + float(k)) for k in range(1, width)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part * x
    total * total


@build("doubling")
def doubling(p, depth):
    x = p.leaf(1.0 / 3.0)
    for k in range(depth):
        x = (x + x) * (x - 0.75) * 0.5 + x.cos()


@build("rosenbrock")
def rosenbrock(p, n):
    x = [p.leaf(math.cos(k)) for k in range(n)]
    terms = [(1.0 - x[k]).square() + 100.0 * (x[k + 1] - x[k].square()).square() for k in range(n - 1)]
    terms[0].sum_of(*terms[1:])


@build("shopping")
def shopping(p):
    apple, apples, orange, oranges, tax = (p.leaf(v) for v in (100.0, 2.0, 150.0, 3.0, 1.1))
    (apple * apples + orange * oranges) * tax


@build("polynomial")
def polynomial(p, degree):
    x, y = p.leaf(1.3), 0.0
    for k in range(degree, 0, -1):
        y = x * y + math.sin(k) if isinstance(y, float) else y * x + math.sin(k)
    y / x


@build("continued_fraction")
def continued_fraction(p, depth):
    x = p.leaf(0.6)
    y = x + 2.0
    for k in range(depth):
        y = x + float(k + 1) / y


@build("powers")
def powers(p, n):
    x, y = p.leaf(1.7), p.leaf(0.45)
    x.powf(y) * y.powf(x) + x.powi(n) / (y + x.powf(2.5)) + (2.0 * y).powf(-1.5)


@build("geometry")
def geometry(p, angle):
    x, y = p.leaf(math.cos(angle) * 2.0), p.leaf(math.sin(angle) * 2.0)
    r, a = x.hypot(y), y.atan2(x)
    r * (a * 3.0).cos() + (r.square() - 1.0).sqrt().atan() * a


@build("distributions")
def distributions(p):
    x, mu, sigma = p.leaf(1.2), p.leaf(0.4), p.leaf(0.7)
    z = (x - mu) / sigma
    density = -0.5 * z.square() - sigma.ln() - 0.5 * math.log(2 * math.pi)
    density + (z.sigmoid() * (-z).softplus()).ln_1p() + z.tanh().atanh()


@build("reductions")
def reductions(p, count):
    x = [p.leaf(math.sin(3.0 * k)) for k in range(count)]
    d = x[0].dot(*x[1:], *[v.exp() for v in x])
    d + x[0].log_sum_exp(*x[1:]) * x[0].sum_of(*x[1:])


@build("mixture")
def mixture(p, rows, cols):
    m, s, t = p.leaf(fixed(rows, cols, 1)), p.leaf(0.6), p.leaf(-1.1)
    scaled = (m * s + t).tanh() / (s + 2.0)
    total = scaled.sum() * t + (3.0 - m).square().mean()
    total * total - m.element(0, cols - 1) * s.exp()


@build("broadcast")
def broadcast(p, op):
    m, row, column = p.leaf(np.array(fixed(3, 4, 2)) + 3.0), p.leaf(np.array(fixed(1, 4, 3)) + 1.6), p.leaf(
        np.array(fixed(3, 1, 4)) + 1.7)
    a = getattr(m, op)(row)
    b = getattr(column, op)(m)
    c = getattr(column, op)(row)
    (a * 2.0 + b.square() + c).sum()


@build("matrix_map")
def matrix_map(p, op):
    m, w = p.leaf(np.array(fixed(3, 3, 5)) * 0.2 + (1.6 if op == "acosh" else 0.5)), p.leaf(fixed(3, 2, 6))
    (getattr(m, op)() @ w).square().sum()


@build("rows_and_columns")
def rows_and_columns(p):
    m, v = p.leaf(fixed(4, 5, 7)), p.leaf(fixed(4, 1, 8))
    centred = m - m.row_sums() / 5.0
    spread = (centred.square().row_sums() / 5.0 + 1e-5).sqrt()
    normal = centred / spread * v
    (normal.column_sums().square() * 0.5).sum() + m.row_maxima().sum() * m.maximum()


@build("cut_and_join")
def cut_and_join(p):
    m, n = p.leaf(fixed(4, 3, 9)), p.leaf(fixed(4, 2, 10))
    wide = m.hstack(n, m)
    tall = wide.columns(1, 5).vstack(n.hstack(n))
    part = tall.rows(2, 7).reshape(2, 10).transpose()
    (part @ m.rows(0, 2)).square().sum() + wide.sum()


@build("assembled")
def assembled(p, angle):
    a, x = p.leaf(angle), p.leaf(fixed(2, 3, 11))
    rotation = p.step("assemble", 2, 2, a.cos(), -a.sin(), a.sin(), a.cos())
    turned = rotation @ x
    (turned.powi(3) * x).sum() + turned.element(1, 2).exp()


@build("softmax_cross_entropy")
def softmax_cross_entropy(p, shift):
    z = p.leaf(np.array(fixed(4, 5, 12)) * 3.0 + shift)
    t = p.leaf(np.eye(5)[[0, 3, 1, 4]])
    (z.row_log_sum_exp() - (z * t).row_sums()).mean() + (z.softmax() * t).sum()


@build("two_layer_net")
def two_layer_net(p, activation, batch):
    """The book's net on fixed data: x·W1 + b1, an activation, ·W2 + b2, softmax with cross-entropy, mean over the rows."""
    x, t = p.leaf(fixed(batch, 6, 13)), p.leaf(np.eye(4)[[k * k % 4 for k in range(batch)]])
    w1, b1 = p.leaf(np.array(fixed(6, 5, 14)) * 0.5), p.leaf(np.array(fixed(1, 5, 15)) * 0.1)
    w2, b2 = p.leaf(np.array(fixed(5, 4, 16)) * 0.5), p.leaf(np.array(fixed(1, 4, 17)) * 0.1)
    hidden = getattr(x @ w1 + b1, activation)()
    z = hidden @ w2 + b2
    (z.row_log_sum_exp() - (z * t).row_sums()).mean()


@build("deep_net")
def deep_net(p, depth):
    x = p.leaf(fixed(3, 4, 18))
    for k in range(depth):
        w, b = p.leaf(np.array(fixed(4, 4, 19 + k)) * 0.6), p.leaf(fixed(1, 4, 40 + k))
        x = (x @ w + b).tanh() + x * 0.5
    x.square().mean()


@build("recurrent")
def recurrent(p, steps):
    w, u, h = p.leaf(np.array(fixed(3, 3, 60)) * 0.7), p.leaf(fixed(2, 3, 61)), p.leaf(fixed(2, 3, 62))
    for k in range(steps):
        gate = (h @ w + u * math.cos(k)).sigmoid()
        h = gate * h + (1.0 - gate) * (h @ w.transpose()).tanh()
    (h * h).sum()


@build("attention")
def attention(p):
    q, k, v = (p.leaf(fixed(4, 3, 70 + s)) for s in range(3))
    weights = (q @ k.transpose() / math.sqrt(3.0)).softmax()
    (weights @ v).square().sum() - weights.row_maxima().ln().sum()


@build("piecewise")
def piecewise(p, at):
    """One of several formulas, of which some have no value there."""
    x, y = p.leaf(at), p.leaf(0.7)
    root = x.greater_than(0.0).select(x.abs().sqrt(), (x * 0.5).exp() - 1.0)
    huber = x.abs().at_least(y).select(x.abs() - 0.5 * y, x.square() / (2.0 * y))
    bounded = (x * y).clamp(-0.4, 0.9) + y.clamp(x - 1.0, x + 1.0)
    root * huber + bounded * (x - y).log_sigmoid()


@build("choices")
def choices(p, seed):
    m, n = p.leaf(np.array(fixed(3, 4, seed)) * 2.0), p.leaf(fixed(3, 4, seed + 1))
    row, column = p.leaf(fixed(1, 4, seed + 2)), p.leaf(fixed(3, 1, seed + 3))
    leaky = m.greater_than(n).select(m, n * 0.1)
    kept = leaky.clamp(row - 0.5, column + 0.6)
    masked = kept.at_least(0.05).select(kept.square() * n.exp(), row)
    (masked * column + leaky.sin()).sum()


@build("embedding")
def embedding(p, length, rows):
    table = p.leaf(fixed(rows, 3, 80))
    indices = [[float(k * k % rows)] for k in range(length)]
    words = table.gather_rows(p.data(indices))
    mixed = (words @ p.leaf(fixed(3, 3, 81))).tanh() * words
    sums = mixed.scatter_add_rows(p.data([[float(k % 2)] for k in range(length)]), 3)
    (sums.square().row_sums() + 1.0).ln().sum() + words.mean()


@build("batch_norm")
def batch_norm(p, rows, cols, shift):
    x = p.leaf(np.array(fixed(rows, cols, 90)) + shift)
    gain, bias = p.leaf(np.array(fixed(1, cols, 91)) + 1.5), p.leaf(fixed(1, cols, 92))
    normal = (x - x.column_means()) / (x.column_variances() + 1e-3).sqrt()
    (normal * gain + bias).relu().square().sum()


@build("layer_norm")
def layer_norm(p, rows, cols):
    x, w = p.leaf(fixed(rows, cols, 93)), p.leaf(fixed(cols, cols, 94))
    for _ in range(2):
        x = (x - x.row_means()) / (x.row_variances() + 1e-2).sqrt() @ w
    x.row_norms().sum() + x.norm()


@build("directions")
def directions(p, rows, cols):
    x, y = p.leaf(fixed(rows, cols, 95)), p.leaf(fixed(rows, cols, 96))
    cosine = (x * y).row_sums() / (x.row_norms() * y.row_norms())
    ((1.0 - cosine).square() + (x - y).row_norms().log_sigmoid()).sum()


@build("lengths")
def lengths(p, count):
    x = [p.leaf(math.sin(2.0 * k + 1.0)) for k in range(count)]
    total = x[0].norm_of(*x[1:])
    total * total.ln() + x[0].norm_of(*[v.sin() for v in x[1:]]) * x[-1]


@build("log_shares")
def log_shares(p, scale):
    z, t = p.leaf(np.array(fixed(4, 5, 97)) * scale), p.leaf(np.array(fixed(4, 5, 98)) + 1.2)
    logs = z.log_softmax()
    -(t.log_softmax().exp() * logs).sum() / 4.0 + (logs * 0.5).exp().mean()


@build("soft_targets")
def soft_targets(p, weighted):
    student, teacher = p.leaf(np.array(fixed(3, 4, 99)) * 2.0), p.leaf(np.array(fixed(3, 4, 100)) * 3.0)
    wanted = teacher.softmax()
    if weighted:
        wanted = wanted * p.data([[0.5, 2.0, 1.0, 0.25]])
    -(wanted * student.log_softmax()).sum() / wanted.sum()


@build("logistic")
def logistic(p, rows):
    x, w, b = p.leaf(fixed(rows, 3, 101)), p.leaf(fixed(3, 1, 102)), p.leaf(0.3)
    signs = p.data([[1.0 if k % 3 else -1.0] for k in range(rows)])
    margins = (x @ w + b) * signs * 4.0
    -margins.log_sigmoid().mean() + 0.01 * w.norm()


# Where a random program may use a function, and what brings a number there.
BOUNDED = ["sin", "cos", "tanh", "sigmoid", "atan", "softplus", "asinh", "exp_m1", "log_sigmoid", "square", "cbrt",
           "relu", "abs"]


@build("random")
def random_program(p, seed):
    """A random program: every result is used, sizes stay near 1, kinks stay away."""
    stream = random.Random(seed)
    scalars = [p.leaf(stream.uniform(0.3, 1.5)) for _ in range(2)]
    matrices = [p.leaf([[stream.uniform(-1, 1) for _ in range(3)] for _ in range(3)]) for _ in range(2)]
    for _ in range(stream.randint(4, 10)):
        x, y, s = stream.choice(matrices), stream.choice(matrices), stream.choice(scalars)
        way = stream.randrange(7)
        if way == 0:
            matrices.append((x @ y) / 2.0)
        elif way == 1:
            matrices.append(getattr(x + 0.01, stream.choice(BOUNDED[:10]))() * s)
        elif way == 2:
            matrices.append(x.softmax() * y - y.row_log_sum_exp())
        elif way == 3:
            scalars.append((x * y).mean() + s)
        elif way == 4:
            scalars.append(getattr(s + 0.2, stream.choice(BOUNDED))() / (scalars[0].square() + 1.0))
        elif way == 5:
            matrices.append(x.transpose() + y.column_sums() * 0.3)
        else:
            scalars.append(s.hypot(scalars[-1]) * x.element(stream.randrange(3), stream.randrange(3)))
    total = matrices[0].sum()
    for x in matrices[1:]:
        total = total + x.tanh().sum()
    for s in scalars:
        total = total + s.sin()


@build("random_choice")
def random_choice(p, seed):
    """A random program of choices, rows by index, lengths and spreads; nothing near a kink, no sum that cancels."""
    stream = random.Random(1000 + seed)
    apart = lambda rows, cols: [[stream.choice([-1, 1]) * stream.uniform(0.2, 1.6) for _ in range(cols)]
                                for _ in range(rows)]
    matrices = [p.leaf(apart(3, 3)) for _ in range(3)]
    column = lambda count: p.data([[float(stream.randrange(3))] for _ in range(count)])
    for _ in range(stream.randint(3, 7)):
        x, y, c = stream.choice(matrices), stream.choice(matrices), stream.choice(matrices[:3])
        way = stream.randrange(10)
        if way == 0:
            matrices.append(c.select(x.tanh(), y * 0.5))
        elif way == 1:
            matrices.append((c * 2.0).clamp(-0.37, 3.3) * x.sin())
        elif way == 2:
            matrices.append(x.gather_rows(column(3)) * y.cos())
        elif way == 3:
            matrices.append((x * 0.3 + y.log_sigmoid()).scatter_add_rows(column(3), 3))
        elif way == 4:
            matrices.append(x / (x.row_norms() + 1.0))
        elif way == 5:
            matrices.append((x - x.column_means()) / (x.column_variances() + 0.5).sqrt())
        elif way == 6:
            matrices.append((x - x.row_means()) * (y.row_variances() + 0.1).sqrt())
        elif way == 7:
            matrices.append(x.log_softmax() * 0.5 + y.sigmoid())
        elif way == 8:
            matrices.append(c.greater_than(0.0) * x + c.at_least(0.0).select(y, x.exp()).tanh())
        else:
            matrices.append((x @ y) / 2.0)
    total = matrices[0].norm()
    for x in matrices[1:]:
        total = total + x.tanh().square().sum()


def programs():
    yield shopping()
    for op in ("sin", "cos", "tanh", "exp", "sigmoid", "softplus", "atan", "ln_1p", "cbrt", "sqrt"):
        # A tower of exponentials overflows soon.
        for length in (2, 3) if op == "exp" else (3, 30):
            yield chain(op, length)
    yield from (fan_out(width) for width in (3, 8, 20))
    yield from (doubling(depth) for depth in (2, 6, 12))
    yield from (rosenbrock(n) for n in (2, 5, 20))
    yield from (polynomial(degree) for degree in (3, 9))
    yield from (continued_fraction(depth) for depth in (2, 15))
    yield from (powers(n) for n in (-3, 2, 7))
    yield from (geometry(angle) for angle in (0.4, 2.5, -1.3))
    yield distributions()
    yield from (reductions(count) for count in (2, 7))
    yield from (mixture(r, c) for r, c in ((1, 1), (2, 3), (5, 4)))
    yield from (broadcast(op) for op in BINARY)
    yield from (matrix_map(op) for op in UNARY)
    yield rows_and_columns()
    yield cut_and_join()
    yield from (assembled(angle) for angle in (0.3, -2.0))
    yield from (softmax_cross_entropy(shift) for shift in (0.0, 500.0))
    yield from (two_layer_net(a, n) for a in ("relu", "sigmoid") for n in (1, 7))
    yield from (deep_net(depth) for depth in (2, 6))
    yield from (recurrent(steps) for steps in (3, 10))
    yield attention()
    yield from (random_program(seed) for seed in range(36))
    yield from (piecewise(at) for at in (-1.7, -0.35, 0.2, 1.1, 2.4))
    yield from (choices(seed) for seed in (110, 120, 130, 140))
    yield from (embedding(length, rows) for length, rows in ((1, 2), (6, 4), (11, 3)))
    yield from (batch_norm(rows, cols, shift) for rows, cols in ((4, 3), (9, 2)) for shift in (0.0, 5.0))
    yield from (layer_norm(rows, cols) for rows, cols in ((1, 4), (3, 5)))
    yield from (directions(rows, cols) for rows, cols in ((2, 2), (4, 3)))
    yield from (lengths(count) for count in (2, 5))
    yield from (log_shares(scale) for scale in (0.5, 3.0, 12.0))
    yield from (soft_targets(weighted) for weighted in (0, 1))
    yield from (logistic(rows) for rows in (1, 8))
    yield from (random_choice(seed) for seed in range(48))


def main():
    lines = [list(program.lines()) for program in programs()]
    OUT.write_text("\n".join(line for program in lines for line in program) + "\n")
    assert len({program[0] for program in lines}) == len(lines), "two programs have one name"
    print(len(lines), "programs")


if __name__ == "__main__":
    main()
