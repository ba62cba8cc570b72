"""A seeded random sample of mutants, as JSON.

Reads from standard input what `cargo mutants --list --json -p PACKAGE ...` prints, and prints the mutants drawn, in
the order in which they were drawn: the first hundred are a sample, too. docs/testing.md has the commands.
"""

import json
import random
import sys

SEED = 31
COUNT = 330


def main():
    mutants = sorted(json.load(sys.stdin), key=lambda mutant: mutant["name"])
    print(f"{COUNT} of {len(mutants)}", file=sys.stderr)
    print(json.dumps(random.Random(SEED).sample(mutants, COUNT), indent=1))


if __name__ == "__main__":
    main()
