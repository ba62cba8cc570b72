"""What became of the sample: counts for each group, and the mutants that were missed.

Takes the directory that sample.py wrote into, and the directories that cargo-mutants wrote into, later ones going before
earlier ones: a mutant that was missed is tried again when there are new tests. Fields deleted from struct expressions are
tried by cargo-mutants 27 whatever the patterns say; those outside of the sample are left out here.
"""

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

GROUPS = ("tape", "picture", "nn", "readers")
OUTCOMES = {"Unviable": "not compiling", "CaughtMutant": "caught", "Timeout": "caught", "MissedMutant": "missed"}


def pattern(mutant):
    """The pattern that sample.py writes for a mutant, without its escapes."""
    return mutant.replace("\\", "")


def main():
    config, *directories = map(Path, sys.argv[1:])
    found = {}
    for directory in directories:
        for file in sorted(directory.rglob("outcomes.json")):
            for outcome in json.loads(file.read_text())["outcomes"]:
                if isinstance(outcome["scenario"], dict):
                    found[pattern(outcome["scenario"]["Mutant"]["name"])] = OUTCOMES[outcome["summary"]]
    total = Counter()
    for group in GROUPS:
        patterns = tomllib.loads((config / f"{group}.toml").read_text())["examine_re"]
        sample = [pattern(p[1:-1]) for p in patterns]
        counts = Counter(found.get(mutant, "not tried") for mutant in sample)
        total += counts
        print(group, len(sample), dict(counts))
        for mutant in sample:
            if found.get(mutant) in ("missed", None):
                print("   ", found.get(mutant, "not tried"), mutant)
    share = total["caught"] / max(1, total["caught"] + total["missed"])
    print("all", sum(total.values()), dict(total), f"{100 * share:.1f} % of those that compile caught")


if __name__ == "__main__":
    main()
