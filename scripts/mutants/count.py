"""What became of the sample: the table of docs/testing.md, and the mutants that were missed.

Takes the folder that try.py wrote into.
"""

import json
import sys
from collections import Counter
from pathlib import Path

AREAS = {
    "`check`, `strategies`": ("crates/tape/src/check/", "crates/tape/src/strategies/"),
    "the rest of `tape`": ("crates/tape/",),
    "`picture`": ("crates/picture/",),
    "`nn`": ("crates/nn/",),
    "`digits`": ("crates/digits/",),
    "`mnist`": ("crates/mnist/",),
}
COLUMNS = ("does not compile", "caught", "missed")


def main():
    folder = Path(sys.argv[1])
    sample = json.loads((folder / "sample.json").read_text())
    lines = map(json.loads, (folder / "results.jsonl").read_text().splitlines())
    became = {line["mutant"]: line["became"] for line in lines}
    counts = {area: Counter() for area in AREAS}
    for number, mutant in enumerate(sample):
        area = next(area for area, folders in AREAS.items() if mutant["file"].startswith(folders))
        counts[area][became.get(number, "not tried")] += 1
    together = sum(counts.values(), Counter())
    for area, count in [*counts.items(), ("together", together)]:
        print("|", " | ".join([area, str(count.total()), *(str(count[column]) for column in COLUMNS)]), "|")
    viable = together["caught"] + together["missed"]
    print(f"{100 * together['caught'] / max(1, viable):.1f} % of the {viable} that compile; {together['not tried']} not tried")
    for number, mutant in enumerate(sample):
        if became.get(number) == "missed":
            print(f"{number}: {mutant['name']}")


if __name__ == "__main__":
    main()
