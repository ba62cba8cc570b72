"""Programs of scalars and matrices, written once: recorded as text for the Rust test, run by JAX here."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp

jax.config.update("jax_enable_x64", True)



def whole(indices):
    return indices[:, 0].astype(int)


UNARY = {
    "neg": lambda x: -x,
    "recip": lambda x: 1 / x,
    "square": lambda x: x * x,
    "sqrt": jnp.sqrt,
    "cbrt": jnp.cbrt,
    "exp": jnp.exp,
    "exp2": jnp.exp2,
    "exp_m1": jnp.expm1,
    "ln": jnp.log,
    "ln_1p": jnp.log1p,
    "log2": lambda x: jnp.log(x) / np.log(2.0),
    "log10": lambda x: jnp.log(x) / np.log(10.0),
    "sin": jnp.sin,
    "cos": jnp.cos,
    "tan": jnp.tan,
    "asin": jnp.arcsin,
    "acos": jnp.arccos,
    "atan": jnp.arctan,
    "sinh": jnp.sinh,
    "cosh": jnp.cosh,
    "tanh": jnp.tanh,
    "asinh": jnp.arcsinh,
    "acosh": jnp.arccosh,
    "atanh": jnp.arctanh,
    "abs": jnp.abs,
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
    "log_sigmoid": jax.nn.log_sigmoid,
}
BINARY = {
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "div": jnp.divide,
    "powf": jnp.power,
    "atan2": jnp.arctan2,
    "max": jnp.maximum,
    "min": jnp.minimum,
    "hypot": lambda x, y: jnp.sqrt(x * x + y * y),
    "greater_than": lambda x, y: jax.lax.stop_gradient(jnp.where(x > y, 1.0, 0.0)),
    "at_least": lambda x, y: jax.lax.stop_gradient(jnp.where(x >= y, 1.0, 0.0)),
}
OTHERS = {
    "matmul": lambda x, w: x @ w,
    "transpose": lambda x: x.T,
    "sum": jnp.sum,
    "mean": jnp.mean,
    "row_sums": lambda x: jnp.sum(x, axis=1, keepdims=True),
    "column_sums": lambda x: jnp.sum(x, axis=0, keepdims=True),
    "maximum": jnp.max,
    "row_maxima": lambda x: jnp.max(x, axis=1, keepdims=True),
    "row_log_sum_exp": lambda x: logsumexp(x, axis=1, keepdims=True),
    "softmax": lambda x: jax.nn.softmax(x, axis=1),
    "log_softmax": lambda x: jax.nn.log_softmax(x, axis=1),
    "norm": lambda x: jnp.sqrt(jnp.sum(x * x)),
    "row_norms": lambda x: jnp.sqrt(jnp.sum(x * x, axis=1, keepdims=True)),
    "row_means": lambda x: jnp.mean(x, axis=1, keepdims=True),
    "column_means": lambda x: jnp.mean(x, axis=0, keepdims=True),
    "row_variances": lambda x: jnp.var(x, axis=1, keepdims=True),
    "column_variances": lambda x: jnp.var(x, axis=0, keepdims=True),
    "select": lambda c, a, b: jnp.where(c > 0, a, b),
    "clamp": jnp.clip,
    "gather_rows": lambda x, i: x[whole(i), :],
    "scatter_add_rows": lambda x, i, n: jnp.zeros((n, x.shape[1])).at[whole(i), :].add(x),
    "norm_of": lambda *xs: jnp.sqrt(sum(x * x for x in xs)),
    "reshape": lambda x, r, c: jnp.reshape(x, (r, c), order="F"),
    "rows": lambda x, a, b: x[a:b, :],
    "columns": lambda x, a, b: x[:, a:b],
    "element": lambda x, i, j: x[i, j],
    "hstack": lambda *xs: jnp.concatenate(xs, axis=1),
    "vstack": lambda *xs: jnp.concatenate(xs, axis=0),
    "powi": lambda x, n: x**n if n >= 0 else 1 / x ** (-n),
    "sum_of": lambda *xs: sum(xs[1:], xs[0]),
    "dot": lambda *xs: sum(x * y for x, y in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
    "log_sum_exp": lambda *xs: logsumexp(jnp.stack(xs)),
    "assemble": lambda r, c, *xs: jnp.stack(xs).reshape(r, c),
}
RUN = UNARY | BINARY | OTHERS


class Node:
    """A result of a program; operators and methods record steps."""

    def __init__(self, program, name):
        self.program, self.name = program, name

    def __getattr__(self, op):
        if op not in RUN:
            raise AttributeError(op)
        return lambda *more: self.program.step(op, self, *more)

    def __add__(self, other):
        return self.program.step("add", self, other)

    def __radd__(self, other):
        return self.program.step("add", other, self)

    def __sub__(self, other):
        return self.program.step("sub", self, other)

    def __rsub__(self, other):
        return self.program.step("sub", other, self)

    def __mul__(self, other):
        return self.program.step("mul", self, other)

    def __rmul__(self, other):
        return self.program.step("mul", other, self)

    def __truediv__(self, other):
        return self.program.step("div", self, other)

    def __rtruediv__(self, other):
        return self.program.step("div", other, self)

    def __matmul__(self, other):
        return self.program.step("matmul", self, other)

    def __neg__(self):
        return self.program.step("neg", self)


class Program:
    """Leaves and steps. An integer operand is a parameter of the op, a float a number beside handles."""

    def __init__(self, name):
        self.name, self.leaves, self.steps, self.values = name, {}, [], {}
        self.inputs = set()

    def leaf(self, value):
        name = f"x{len(self.leaves)}"
        self.leaves[name] = np.asarray(value, dtype=np.float64)
        self.values[name] = jnp.asarray(self.leaves[name])
        return Node(self, name)

    def data(self, value):
        """A matrix without a gradient."""
        node = self.leaf(value)
        self.inputs.add(node.name)
        return node

    def step(self, op, *operands):
        name = f"y{len(self.steps)}"
        names = [x.name if isinstance(x, Node) else x for x in operands]
        self.steps.append((name, op, names))
        self.values[name] = self.run_step(op, names, self.values)
        return Node(self, name)

    @staticmethod
    def run_step(op, operands, values):
        return RUN[op](*(values[x] if isinstance(x, str) else x for x in operands))

    def run(self, leaves):
        values = dict(leaves)
        for name, op, operands in self.steps:
            values[name] = self.run_step(op, operands, values)
        return values[self.steps[-1][0]]

    def lines(self):
        """The program, its value and its gradients, as text."""
        value, gradients = jax.value_and_grad(self.run)({k: jnp.asarray(v) for k, v in self.leaves.items()})
        numbers = lambda array: " ".join(repr(float(x)) for x in np.asarray(array).ravel())
        yield f"program {self.name}"
        for name, leaf in self.leaves.items():
            kind = "data" if name in self.inputs else "leaf"
            shape = "scalar" if leaf.ndim == 0 else f"{leaf.shape[0]} {leaf.shape[1]}"
            yield f"{kind} {name} {shape} {numbers(leaf)}"
        for name, op, operands in self.steps:
            # A float is written with a mark, to tell it from a parameter.
            words = [f"#{x!r}" if isinstance(x, float) else str(x) for x in operands]
            yield f"step {name} {op} {' '.join(words)}"
        yield f"value {numbers(value)}"
        for name in (name for name in self.leaves if name not in self.inputs):
            yield f"gradient {name} {numbers(gradients[name])}"
        yield "end"
