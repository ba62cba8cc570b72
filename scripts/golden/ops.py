"""Golden values of every op, by mpmath at 50 digits.

A rule's function stands in its block, in crates/tape/src/rules, as `reference "…" on "…"`: here it is differentiated
numerically, at lists of points that crowd the edges of its domain, in numbers of double and of single precision.

One line a point: the type of the numbers, the op, the operands, then the value, the first derivatives and the second
ones (of two operands: xx, xy, yy), each with its condition. Numbers are the f64 nearest to the truth, or `-` where the
type has no normal number for it. The condition says by how many relative errors of the operands a number moves;
agreement is asked for in units of the last place times that.
"""

import math
import random
import re
import struct
from pathlib import Path

import mpmath as m
from mpmath import isinf, isnan, mp, mpf

mp.dps = 50
ROOT = Path(__file__).parents[2]
RULES = ROOT / "crates/tape/src/rules"
OUT = ROOT / "crates/tape/tests/golden/ops.tsv"
# Digits of the differences, of which the smallest number takes some three hundred.
DIGITS = 500
# The normal numbers of each type, with room at the ends for what is computed on the way.
RANGE = {"f64": (1e-300, 1e300), "f32": (1e-36, 1e36)}

# Distances from an edge, and sizes on a domain without one.
NEAR = [2.0**-k for k in (1, 2, 3, 5, 8, 11, 13, 18, 21, 22, 26, 27, 34, 45, 51)]
WIDE = [10.0**k for k in (-300, -200, -100, -30, -20, -15, -9, -7, -5, -4, -3, -2, -1, 0, 1, 2)]


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


def sizes(count, seed, low=-40, high=40):
    """Numbers of all sizes."""
    stream = random.Random(seed)
    return [10.0 ** stream.uniform(low, high) for _ in range(count)]


PI = math.pi
LARGE = list(both([15.0, 19.0, 30.0, 80.0, 88.0, 100.0, 300.0, 700.0, 709.5])) + some(-100, 100, 40, 5)
HUGE = list(both([1e8, 1e10, 1e19, 1e30, 1e100, 1e154, 1e200, 1e299])) + list(both(sizes(20, 6, 3, 37)))
EVERYWHERE = (list(both(WIDE)) + list(both([0.3, 0.7, 1.5, 2.5, 5.0, 7.7])) + some(-4, 4, 120, 1)
              + list(both(sizes(30, 7, -30, 0))))
POSITIVE = WIDE + [1e20, 1e30, 1e100, 1e300, 0.3, 0.9, 3.7] + list(around(1.0)) + some(0, 10, 100, 2) + sizes(60, 8)
UNIT = ([x for x in EVERYWHERE if abs(x) < 1] + list(around(1.0, above=False)) + list(around(-1.0, below=False))
        + some(-1, 1, 100, 9))
ABOVE_MINUS_ONE = [x for x in EVERYWHERE if x > -1] + list(around(-1.0, below=False)) + [1e20, 1e30, 1e300]
ABOVE_ONE = list(around(1.0, below=False)) + [2.0, 10.0, 1e8, 1e9, 1e30, 1e200] + some(1, 30, 100, 10) + sizes(40, 11, 1)
ANGLES = EVERYWHERE + list(around(PI / 2, PI, -PI / 2, 3 * PI / 2)) + list(both([1e3, 1e6, 1e15])) + some(-30, 30, 60, 12)

SOME = [1e-200, 1e-30, 1e-20, 1e-9, 0.01, 0.3, 1.0, 1.5, 7.0, 1e3, 1e9, 1e30, 1e150]
PAIRS = [(x, y) for x in both(SOME) for y in both(SOME)]
BASES = [1e-200, 1e-30, 1e-16, 1e-5, 0.5, 0.999, 1 + 2**-20, 1 + 2**-30, 1.5, 3.0, 10.0, 1e5, 1e30, 1e154]
EXPONENTS = [-20.5, -3.0, -1.5, -0.5, -1e-9, 1e-9, 0.25, 0.3, 0.5, 0.75, 1.5, 2.0, 2.5, 3.0, 7.7, 20.5]
POWERS = [(x, y) for x in BASES for y in EXPONENTS] + list(zip(some(0, 5, 120, 13), some(-5, 5, 120, 14)))

WHOLE = [-1023, -308, -80, -20, -7, -6, -5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 10, 31, 100, 1000]
ROOTS = list(both([1e-9, 0.1, 0.3, 0.999, 1.0, 1 + 2**-20, 1 + 2**-30, 1.5, 2.0, 3.0, 10.0, 1e8])) + some(-2, 2, 12, 15)

# Rows of log-sum-exp and softmax: ties, gaps from tiny to huge, and sizes far from 0.
ROWS = [[0.0, 0.0], [1.0, 1.0 + 2**-20], [1000.0, 1001.0, 999.5], [-1000.0, -1001.0, -999.5], [0.0, -745.0, -40.0],
        [1e-9, -1e-9, 3e-9, 0.5], [30.0, -30.0, 0.0], [709.0, 710.0, 700.0], [5.0, 5.0, 5.0, 5.0, 5.0], [0.3],
        [1e8, 1e8], [1e4, 1e4, 1e4 - 16], [-3e30, -3e30], *(some(-5, 5, 6, k) for k in range(20, 40)),
        *(some(-50, 50, 8, k) for k in range(40, 60))]
# Rows of lengths: squares that overflow and vanish, sides of all sizes, nothing but one side.
LENGTHS = [[3e200, 4e200], [-3e-200, 4e-200, 0.0], [1e30, 1e-30, -1.0], [0.0, -7.0, 0.0], [2.0] * 9, [1e150, 1e160, 1e140],
           [3e20, -4e20], [5e-21, 12e-21], *(sizes(5, k) for k in range(60, 80))]
# Rows of variances: near their mean, which is far from 0.
NEAR_MEAN = [[1e8, 1e8 + 1, 1e8 + 2], [1e6 + 0.5, 1e6, 1e6 - 0.25, 1e6], [-3e4, -3e4 - 0.125], [7.0] * 7, [0.1] * 10,
             [1e15, 1e15 + 1], *([1e4 + x for x in some(-1, 1, 7, k)] for k in range(80, 90))]


def rules():
    """Name, number of operands, function and points of every rule, from its block."""
    block = r'^(unary|binary)! \{$.*?^    \w+ "(\w+)" .*?^    reference "(.*?)"\s+on "(.*?)";\n\}'
    for file in sorted(RULES.glob("*.rs")):
        for kind, name, function, lists in re.findall(block, file.read_text(), re.M | re.S):
            operands = {"unary": "x", "binary": "x, y"}[kind]
            points = [point for one in lists.split(", ") for point in globals()[one]]
            yield name, eval(f"lambda {operands}: {function}", {"m": m}), points


def single(x):
    try:
        return struct.unpack("f", struct.pack("f", x))[0]
    except OverflowError:
        return math.inf


def derivative(f, xs, order):
    """∂f of an order by each operand, by central differences far finer than the digits that are kept."""
    if not any(order):
        return f(*xs)
    f = cached(f)
    for k, times in enumerate(order):
        for _ in range(times):
            f = difference(f, k)
    return f(xs)


def cached(f):
    known = {}

    def call(xs):
        if xs not in known:
            known[xs] = f(*xs)
        return known[xs]

    return call


def difference(f, k):
    def call(xs):
        h = mpf(10) ** -30 * abs(xs[k])
        moved = lambda by: (*xs[:k], xs[k] + by, *xs[k + 1:])
        return (f(moved(h)) - f(moved(-h))) / (2 * h)

    return call


def number(x, limits):
    if x == 0:
        return "0"
    if isinf(x) or isnan(x) or not limits[0] < abs(x) < limits[1]:
        return "-"
    return repr(float(x))


def orders(operands, degree):
    if operands == 1:
        return [(degree,)]
    return [(degree - k, k) for k in range(degree + 1)]


def line(out, kind, name, operands, f):
    """One point; left out where the operands or the value are no normal numbers of the type."""
    limits = RANGE[kind]
    if name in ("max", "min", "greater_than", "at_least") and operands[0] == operands[1]:
        return
    if any(x != 0 and not limits[0] <= abs(x) <= limits[1] for x in operands):
        return
    xs = tuple(mpf(x) for x in operands)
    with m.workdps(DIGITS):
        all_orders = [order for degree in range(4) for order in orders(len(xs), degree)]
        try:
            of = {order: derivative(f, xs, order) for order in all_orders}
        except (ZeroDivisionError, ValueError):
            return
    # On an edge of the domain, which rounding has moved the point to.
    if any(isinstance(x, m.mpc) for x in of.values()):
        return
    # Differences that may be nothing but rounding say nothing.
    size = abs(of[all_orders[0]]) or max(abs(x) for x in xs)
    for order in all_orders[1:]:
        unit = math.prod((abs(x) ** -times for x, times in zip(xs, order)), start=size)
        small = of[order] == 0 and min(abs(x) for x in xs) < mpf(10) ** -100
        if small or 0 < abs(of[order]) < unit * mpf(10) ** -380:
            of[order] = m.nan
    if number(of[all_orders[0]], limits) == "-":
        return
    cells = [kind, name, " ".join(repr(x) for x in operands)]
    for order in all_orders:
        if sum(order) < 3:
            moved = [tuple(o + (i == k) for i, o in enumerate(order)) for k in range(len(xs))]
            reach = sum(abs(of[up] * x) for up, x in zip(moved, xs))
            # Of a number that cancels to nothing no digit is asked for.
            cells.append("-" if of[order] == 0 and reach != 0 else number(of[order], limits))
            condition = 0 if of[order] == 0 or isnan(of[order]) or isnan(reach) else reach / abs(of[order])
            cells.append(f"{float(min(condition, mpf(10) ** 30)):.2g}")
    out.append("\t".join(cells))


def norms(out, kind, row):
    # Conditions: a length moves as its sides do, a slope by two of them.
    limits = RANGE[kind]
    if any(x != 0 and not limits[0] <= abs(x) <= limits[1] for x in row) or not any(row):
        return
    xs = [mpf(x) for x in row]
    value = m.sqrt(m.fsum(x * x for x in xs))
    cells = [kind, "norm", " ".join(repr(x) for x in row), number(value, limits), "1"]
    for x in xs:
        cells += [number(x / value, limits), "2"]
    out.append("\t".join(cells))


def variances(out, kind, row):
    # Conditions: the differences from the mean are as good as the largest of them.
    limits = RANGE[kind]
    if any(x != 0 and not limits[0] <= abs(x) <= limits[1] for x in row):
        return
    xs = [mpf(x) for x in row]
    n = len(xs)
    mean = m.fsum(xs) / n
    off = [x - mean for x in xs]
    # Of equal numbers the mean is one of them, and nothing is left.
    value = m.fsum(d * d for d in off) / n if len(set(row)) > 1 else mpf(0)
    largest = max(abs(d) for d in off)
    cells = [kind, "row_variances", " ".join(repr(x) for x in row), number(value, limits), "2"]
    for d in off:
        known = value != 0 and d != 0
        cells += [number(2 * d / n, limits), f"{float(2 + largest / abs(d)):.2g}"] if known else ["-", "0"]
    out.append("\t".join(cells))


def log_shares(out, kind, row, place):
    # Conditions: an exponential moves by the distance of two elements.
    limits = RANGE[kind]
    if any(x != 0 and not limits[0] <= abs(x) <= limits[1] for x in row):
        return
    xs = [mpf(x) for x in row]
    with m.workdps(DIGITS):
        shares = [1 / m.fsum(m.exp(y - x) for y in xs) for x in xs]
        value = m.log(shares[place])
        slopes = [m.fsum(s for k, s in enumerate(shares) if k != i) if i == place else -share
                  for i, share in enumerate(shares)]
    spread = f"{float(max(xs) - min(xs)) + 2:.2g}"
    cells = [kind, f"log_softmax {place}", " ".join(repr(x) for x in row), number(value, limits), spread]
    for slope in slopes:
        cells += [number(slope, limits), spread]
    out.append("\t".join(cells))


def rows(out, kind, row):
    # Conditions: a row's shift moves every element; a share moves by the distance of two elements.
    if any(x != 0 and not RANGE[kind][0] <= abs(x) <= RANGE[kind][1] for x in row):
        return
    xs = [mpf(x) for x in row]
    value = m.log(m.fsum(m.exp(x) for x in xs))
    reach = max(abs(x) for x in xs)
    cells = [kind, "log_sum_exp", " ".join(repr(x) for x in row), number(value, RANGE[kind])]
    cells.append(f"{float(reach / max(abs(value), mpf(10) ** -9)):.2g}")
    spread = float(max(xs) - min(xs)) + 2
    for x in xs:
        share = m.exp(x - value)
        cells += [number(share, RANGE[kind]) if share > RANGE[kind][0] else "-", f"{spread:.2g}"]
    out.append("\t".join(cells))


def main():
    out = []
    for kind, rounded in (("f64", float), ("f32", single)):
        points = [(name, f, point if isinstance(point, tuple) else (point,)) for name, f, all in rules() for point in all]
        points += [(f"powi {n}", lambda x, n=n: x**n, (x,)) for n in WHOLE for x in ROOTS]
        seen = set()
        for name, f, point in points:
            point = tuple(rounded(x) for x in point)
            if (name, point) not in seen:
                seen.add((name, point))
                line(out, kind, name, point, f)
        for row in ROWS:
            rows(out, kind, [rounded(x) for x in row])
        for row in ROWS + LENGTHS:
            norms(out, kind, [rounded(x) for x in row])
        for row in ROWS + NEAR_MEAN:
            variances(out, kind, [rounded(x) for x in row])
        for row in ROWS:
            row = [rounded(x) for x in row]
            for place in {0, row.index(max(row)), len(row) - 1}:
                log_shares(out, kind, row, place)
    OUT.write_text("\n".join(out) + "\n")
    print(len(out), "points")


if __name__ == "__main__":
    main()
