"""Golden values of every op, by mpmath at 50 digits.

One line a point: op, operands, value, condition of the value, then for each operand the derivative and its condition.
Numbers are the f64 nearest to the truth. The condition says by how many relative errors of the operands the
result moves; agreement is asked for in units of the last place times that.
"""

import math
import random
from pathlib import Path

from mpmath import diff, inf, isinf, isnan, mp, mpf, nan
import mpmath as m

mp.dps = 50
OUT = Path(__file__).parents[2] / "crates/tape/tests/golden/ops.tsv"

# Distances from an edge, and sizes on a domain without one.
NEAR = [2.0**-k for k in (1, 2, 3, 5, 8, 13, 21, 26, 27, 34, 45, 51)]
WIDE = [10.0**k for k in (-300, -200, -100, -20, -9, -5, -3, -2, -1, 0, 1, 2)]


def around(*edges, above=True, below=True):
    for edge in edges:
        for d in NEAR:
            if above:
                yield edge + d
            if below:
                yield edge - d


def both(points):
    for x in points:
        yield x
        yield -x


def some(low, high, count, seed):
    stream = random.Random(seed)
    return [stream.uniform(low, high) for _ in range(count)]


LARGE = [30.0, 100.0, 700.0, 709.5]
EVERYWHERE = list(both(WIDE)) + list(both([0.3, 0.7, 1.5, 2.5, 5.0, 7.7])) + some(-4, 4, 8, 1)
POSITIVE = WIDE + [1e20, 1e100, 1e300, 0.3, 0.9, 3.7] + list(around(1.0)) + some(0, 10, 8, 2)
UNIT = [x for x in EVERYWHERE if abs(x) < 1] + list(around(1.0, above=False)) + list(around(-1.0, below=False))
PI = math.pi
ANGLES = EVERYWHERE + list(around(PI / 2, PI, -PI / 2, 3 * PI / 2)) + list(both([1e3, 1e6, 1e15]))


def sigmoid(x):
    return 1 / (1 + m.exp(-x))


def softplus(x):
    return m.log1p(m.exp(x))


def cbrt(x):
    return m.sign(x) * m.cbrt(abs(x))


UNARY = {
    "neg": (lambda x: -x, lambda x: mpf(-1), EVERYWHERE),
    "recip": (lambda x: 1 / x, lambda x: -1 / x**2, [x for x in EVERYWHERE if abs(x) > 1e-150]),
    "square": (lambda x: x * x, lambda x: 2 * x, EVERYWHERE),
    "sqrt": (m.sqrt, lambda x: 1 / (2 * m.sqrt(x)), POSITIVE),
    "cbrt": (cbrt, lambda x: 1 / (3 * cbrt(x) ** 2), EVERYWHERE + POSITIVE),
    "exp": (m.exp, m.exp, EVERYWHERE + list(both(LARGE))),
    "exp2": (lambda x: m.power(2, x), lambda x: m.power(2, x) * m.log(2), EVERYWHERE + list(both(LARGE))),
    "exp_m1": (m.expm1, m.exp, EVERYWHERE + list(both(LARGE))),
    "ln": (m.log, lambda x: 1 / x, POSITIVE),
    "ln_1p": (m.log1p, lambda x: 1 / (1 + x),
              [x for x in EVERYWHERE if x > -1] + list(around(-1.0, below=False)) + [1e20, 1e300]),
    "log2": (lambda x: m.log(x) / m.log(2), lambda x: 1 / (x * m.log(2)), POSITIVE),
    "log10": (m.log10, lambda x: 1 / (x * m.log(10)), POSITIVE),
    "sin": (m.sin, m.cos, ANGLES),
    "cos": (m.cos, lambda x: -m.sin(x), ANGLES),
    "tan": (m.tan, lambda x: 1 / m.cos(x) ** 2, ANGLES),
    "asin": (m.asin, lambda x: 1 / m.sqrt((1 - x) * (1 + x)), UNIT),
    "acos": (m.acos, lambda x: -1 / m.sqrt((1 - x) * (1 + x)), UNIT),
    "atan": (m.atan, lambda x: 1 / (1 + x * x), EVERYWHERE + list(both([1e10, 1e100]))),
    "sinh": (m.sinh, m.cosh, EVERYWHERE + list(both(LARGE))),
    "cosh": (m.cosh, m.sinh, EVERYWHERE + list(both(LARGE))),
    "tanh": (m.tanh, lambda x: 1 / m.cosh(x) ** 2, EVERYWHERE + list(both([19.0, 20.0, 40.0, 300.0]))),
    "asinh": (m.asinh, lambda x: 1 / m.sqrt(x * x + 1), EVERYWHERE + list(both([1e8, 1e100, 1e300]))),
    "acosh": (m.acosh, lambda x: 1 / m.sqrt((x - 1) * (x + 1)), list(around(1.0, below=False)) + [2.0, 10.0, 1e8, 1e200]),
    "atanh": (m.atanh, lambda x: 1 / ((1 - x) * (1 + x)), UNIT),
    "abs": (abs, m.sign, EVERYWHERE),
    "relu": (lambda x: max(x, mpf(0)), lambda x: mpf(x > 0), EVERYWHERE),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), EVERYWHERE + list(both(LARGE[:3]))),
    "softplus": (softplus, sigmoid, EVERYWHERE + list(both(LARGE[:3]))),
}

SOME = [1e-200, 1e-20, 1e-9, 0.3, 1.0, 1.5, 7.0, 1e9, 1e20, 1e150]
PAIRS = [(x, y) for x in both(SOME) for y in both(SOME)]
BASES = [1e-200, 1e-5, 0.5, 0.999, 1 + 2**-30, 1.0, 1.5, 3.0, 10.0, 1e5]
EXPONENTS = [-3.0, -0.5, 0.0, 1e-9, 0.3, 1.0, 1.5, 2.0, 20.5]


def larger(x, y):
    return x if x >= y else y


def smaller(x, y):
    return x if x <= y else y


BINARY = {
    "add": (lambda x, y: x + y, lambda x, y: mpf(1), lambda x, y: mpf(1), PAIRS),
    "sub": (lambda x, y: x - y, lambda x, y: mpf(1), lambda x, y: mpf(-1), PAIRS),
    "mul": (lambda x, y: x * y, lambda x, y: y, lambda x, y: x, PAIRS),
    "div": (lambda x, y: x / y, lambda x, y: 1 / y, lambda x, y: -x / y**2, PAIRS),
    "powf": (m.power, lambda x, y: y * m.power(x, y - 1), lambda x, y: m.power(x, y) * m.log(x),
             [(x, y) for x in BASES for y in EXPONENTS]),
    "atan2": (m.atan2, lambda x, y: y / (x * x + y * y), lambda x, y: -x / (x * x + y * y), PAIRS),
    "max": (larger, lambda x, y: mpf(x >= y), lambda x, y: mpf(x < y), PAIRS),
    "min": (smaller, lambda x, y: mpf(x <= y), lambda x, y: mpf(x > y), PAIRS),
    "hypot": (lambda x, y: m.sqrt(x * x + y * y), lambda x, y: x / m.sqrt(x * x + y * y),
              lambda x, y: y / m.sqrt(x * x + y * y), PAIRS),
}

POWERS = [(float(n), x) for n in (-7, -2, -1, 0, 1, 2, 3, 10, 31)
          for x in both([1e-9, 0.3, 0.999, 1.0, 1 + 2**-30, 1.5, 3.0, 1e9])]

# Rows of log-sum-exp and softmax: ties, gaps from tiny to huge, and sizes far from 0.
ROWS = [[0.0, 0.0], [1.0, 1.0 + 2**-40], [1000.0, 1001.0, 999.5], [-1000.0, -1001.0, -999.5], [0.0, -745.0, -40.0],
        [1e-9, -1e-9, 3e-9, 0.5], [30.0, -30.0, 0.0], [709.0, 710.0, 700.0], [5.0, 5.0, 5.0, 5.0, 5.0], [0.3],
        some(-5, 5, 6, 3), some(-50, 50, 8, 4)]


def log_sum_exp(row):
    return m.log(m.fsum(m.exp(x) for x in row))


def number(x):
    if isnan(x):
        return "nan"
    if isinf(x):
        return "inf" if x > 0 else "-inf"
    return repr(float(x))


def condition(value, partials, operands):
    """Σ |∂f/∂xᵢ · xᵢ / f|, to two digits."""
    if value == 0:
        return "0"
    return f"{float(sum(abs(p * x) for p, x in zip(partials, operands)) / abs(value)):.2g}"


def line(out, name, operands, f, partials):
    """One point; left out where the value or a derivative is no normal f64."""
    xs = [mpf(x) for x in operands]
    value = f(*xs)
    slopes = [p(*xs) for p in partials]
    if any(isinf(v) or isnan(v) or (v != 0 and not 1e-300 < abs(v) < 1e300) for v in [value, *slopes]):
        return
    cells = [name, " ".join(repr(x) for x in operands), number(value), condition(value, slopes, xs)]
    for p, slope in zip(partials, slopes):
        second = []
        for i in range(len(xs)):
            order = tuple(1 if i == k else 0 for k in range(len(xs)))
            second.append(diff(p, tuple(xs), order, h=mpf(10) ** -20 * max(abs(xs[i]), mpf(10) ** -290)))
        cells += [number(slope), condition(slope, second, xs)]
    out.append("\t".join(cells))


def main():
    out = []
    for name, (f, d, points) in UNARY.items():
        for x in points:
            line(out, name, [x], f, [d])
    for name, (f, dx, dy, points) in BINARY.items():
        for x, y in points:
            line(out, name, [x, y], f, [dx, dy])
    for n, x in POWERS:
        line(out, f"powi {int(n)}", [x], lambda x: x ** int(n), [lambda x: int(n) * x ** (int(n) - 1) if n else mpf(0)])
    for row in ROWS:
        # Conditions: a row's shift moves every element; a share moves by the distance of two elements.
        xs = [mpf(x) for x in row]
        value = log_sum_exp(xs)
        shares = [m.exp(x - value) for x in xs]
        reach = float(max(abs(x) for x in xs)) + 1
        cells = ["log_sum_exp", " ".join(repr(x) for x in row), number(value), f"{reach / max(float(abs(value)), 1e-9):.2g}"]
        for share in shares:
            cells += [number(share if share > mpf(10) ** -300 else mpf(0)), f"{2 * reach:.2g}"]
        out.append("\t".join(cells))
    OUT.write_text("\n".join(out) + "\n")
    print(len(out), "points")


if __name__ == "__main__":
    main()
