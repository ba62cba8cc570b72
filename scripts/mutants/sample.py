"""A seeded random sample of mutants for cargo-mutants, as a configuration file for each group of tests.

Reads `cargo mutants --list -p wengert-tape -p wengert-picture -p wengert-nn -p digits -p mnist` from standard input and writes `tape.toml`, `picture.toml`, `nn.toml`
and `readers.toml` into the directory given. docs/testing.md has the commands.
"""

import json
import random
import re
import sys
from pathlib import Path

SEED = 20
COUNT = 320
GROUPS = {
    "picture": "crates/picture/src/",
    "tape": "crates/tape/src/",
    "nn": "crates/nn/src/",
    "readers": ("crates/digits/src/idx", "crates/mnist/src/gather", "crates/mnist/src/dataset"),
}


def main():
    out = Path(sys.argv[1])
    grouped = {name: [] for name in GROUPS}
    mutants = sorted(line.rstrip("\n") for line in sys.stdin)
    mutants = [m for m in mutants if any(m.startswith(prefix) for prefix in GROUPS.values())]
    for mutant in random.Random(SEED).sample(mutants, COUNT):
        group = next(name for name, prefix in GROUPS.items() if mutant.startswith(prefix))
        grouped[group].append(mutant)
    for name, sample in grouped.items():
        patterns = ",\n".join("  " + json.dumps(f"^{re.escape(m)}$", ensure_ascii=False) for m in sample)
        (out / f"{name}.toml").write_text(f"examine_re = [\n{patterns}\n]\n")
        print(name, len(sample), "of", sum(m.startswith(GROUPS[name]) for m in mutants))


if __name__ == "__main__":
    main()
