"""Tries all mutants of a sample in one build. docs/testing.md, "Mutants", has the commands.

    try.py build SCHEMATA FOLDER    in a checkout that may be spoilt: writes the mutants into the sources and builds the tests
    try.py run FOLDER               runs them, for each mutant until one fails
    try.py again FOLDER             the same for the mutants that were missed, when there are new tests
    try.py singly FOLDER            those that were left out, one after the other, in a checkout like the other

FOLDER has the sample, sample.json. What was left out, because it does not compile beside the others, goes to left_out.json;
the test binaries to tests.json, with what fails of them without a mutant; what became of each mutant to results.jsonl, a
line each, of which the last counts. What was interrupted goes on where it was.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

CHECK = ["check", "--workspace", "--lib", "--bins", "--keep-going"]
CHECK += ["--features", "wengert/argmin,wengert/proptest,wengert/sparse"]
BUILD = ["test", "--workspace", "--no-run"]
# Tests that read the sources or run cargo: the mutants are not in what they see.
NOT_RUN = {"layout", "documents", "troubleshooting", "pages", "redraw"}
# What a test binary may take beyond three times what it takes without a mutant, in seconds of processor time and in seconds
# that pass, and bytes of memory.
PROCESSOR, PASSING, MEMORY = 60, 90, 6 << 30
# Seconds of processor time from which on a file of tests is only tried on what the others missed.
SLOW = 2
# The same of units.
SLOW_UNITS = ["browser::", "product::"]


def cargo(*arguments):
    """What cargo says, and whether all went well."""
    command = ["cargo", *arguments, "--message-format=json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], done.returncode == 0


def spans(diagnostic):
    yield from diagnostic["spans"]
    for child in diagnostic["children"]:
        yield from spans(child)


def guilty(message, marks):
    """The mutants whose text an error points at; else the innermost around it, or the last before it."""
    places = [(s["file_name"], s["byte_start"], s["byte_end"], s["is_primary"]) for s in spans(message)]
    for wanted in (True, False):
        around = []
        for file, start, end, is_primary in places:
            if is_primary >= wanted:
                around += [(b - a, n) for a, b, n in marks.get(file, []) if a <= start and end <= b]
        if around:
            return {min(around)[1]}
    before = [(b, n) for file, start, _, is_primary in places if is_primary for _, b, n in marks.get(file, []) if b <= start]
    return {max(before)[1]} if before else set()


def build(schemata, folder):
    left_out = folder / "left_out.json"
    if not left_out.exists():
        left_out.write_text("[]")
    for arguments in (CHECK, BUILD):
        while True:
            subprocess.run(["git", "checkout", "--quiet", "--", "crates"], check=True)
            written = subprocess.check_output([schemata, folder / "sample.json", ".", left_out])
            marks = json.loads(written)
            said, is_built = cargo(*arguments)
            if is_built:
                break
            errors = [s["message"] for s in said if s["reason"] == "compiler-message" and s["message"]["level"] == "error"]
            found = set()
            for error in errors:
                those = guilty(error, marks)
                if not those and error["spans"]:
                    print(error["rendered"])
                found |= those
            out = set(json.loads(left_out.read_text()))
            print(arguments[0], "fails, left out:", sorted(found - out), flush=True)
            if found <= out:
                sys.exit("no mutant is at fault")
            left_out.write_text(json.dumps(sorted(out | found)))
    (folder / "tests.json").write_text(json.dumps(binaries(said), indent=1))


def binaries(said):
    """The test binaries that cargo says it has built."""
    tests = []
    for artifact in said:
        if artifact["reason"] == "compiler-artifact" and artifact["profile"]["test"] and artifact["executable"]:
            tests.append({
                "package": artifact["manifest_path"].removesuffix("/Cargo.toml"),
                "name": artifact["target"]["name"],
                "kind": artifact["target"]["kind"][0],
                "binary": artifact["executable"],
            })
    return tests


def start(test, mutant):
    """Starts a test binary where cargo would, with bounds."""
    limit = int(PROCESSOR + 3 * test.get("used", PROCESSOR))

    def bounds():
        # A shell lets what runs in the background ignore it, and tests send it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))

    environment = dict(os.environ, CARGO_MANIFEST_DIR=test["package"], RUST_TEST_THREADS="2", RUST_BACKTRACE="0")
    if mutant is not None:
        environment["MUTANT"] = str(mutant)
    command = [test["binary"], *(a for name in test.get("skip", []) for a in ("--skip", name))]
    return subprocess.Popen(
        command, cwd=test["package"], env=environment, preexec_fn=bounds, start_new_session=True, text=True,
        errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )


def run(test, mutant, to_the_end=False):
    """The tests that fail, only the first if not to the end; `["?"]` if the process ends otherwise or does not end."""
    process = start(test, mutant)
    end = threading.Timer(PASSING + 3 * test.get("seconds", PASSING), lambda: os.killpg(process.pid, signal.SIGKILL))
    end.start()
    fails = []
    for line in process.stdout:
        if line.startswith("test ") and line.rstrip().endswith("... FAILED"):
            fails.append(line.split()[1])
            if not to_the_end:
                break
    if fails and not to_the_end:
        os.killpg(process.pid, signal.SIGKILL)
    status = process.wait()
    end.cancel()
    return fails or (["?"] if status != 0 else [])


def without_mutant(folder):
    """What each test binary takes, and what fails."""
    file = folder / "tests.json"
    tests = json.loads(file.read_text())
    for test in tests:
        if "seconds" in test or test["name"] in NOT_RUN:
            continue
        before, used = time.monotonic(), processor_time()
        test["skip"] = run(test, None, to_the_end=True)
        test["seconds"], test["used"] = time.monotonic() - before, processor_time() - used
        print(f"{test['kind']} {test['name']}: {test['seconds']:.1f} s, {test['used']:.1f} used, fails: {test['skip']}", flush=True)
        file.write_text(json.dumps(tests, indent=1))
    return [test for test in tests if test["name"] not in NOT_RUN]


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def in_order(tests, package):
    """The tests of the mutated crate, as cargo-mutants runs them, the units first and the quick before the slow. The readers
    of `digits` are tested in `mnist`, too."""
    packages = [package, "crates/mnist"] if package == "crates/digits" else [package]

    def key(test):
        place = next(i for i, p in enumerate(packages) if test["package"].endswith("/" + p))
        return place, test["kind"] != "lib", test["used"]

    return sorted((t for t in tests if t["package"].endswith(tuple("/" + p for p in packages))), key=key)


def results(folder):
    file = folder / "results.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return {line["mutant"]: line for line in map(json.loads, lines)}


def note(folder, mutant, became, by, began):
    seconds = round(time.monotonic() - began, 1)
    with open(folder / "results.jsonl", "a") as file:
        file.write(json.dumps({"mutant": mutant, "became": became, "by": by, "seconds": seconds}) + "\n")


def judge(tests, mutant, number):
    """Whether the tests catch a mutant, and which does."""
    for test in in_order(tests, mutant["file"].split("/src/")[0]):
        if fails := run(test, number):
            return "caught", f"{test['name']} {fails[0]}"
    return "missed", None


def run_all(folder, again):
    tests = [t for t in without_mutant(folder) if again or t["kind"] == "lib" or t["used"] < SLOW]
    if not again:
        tests = [test | {"skip": test["skip"] + SLOW_UNITS} for test in tests]
    left_out = set(json.loads((folder / "left_out.json").read_text()))
    known = results(folder)
    for number, mutant in enumerate(json.loads((folder / "sample.json").read_text())):
        is_due = number in known and known[number]["became"] == "missed" if again else number not in known
        if number not in left_out and is_due:
            began = time.monotonic()
            judged = judge(tests, mutant, number)
            # Property tests keep what failed, and would try it first.
            subprocess.run(["git", "clean", "-fdq", "crates"], cwd=Path(tests[0]["package"]).parent.parent, check=True)
            note(folder, number, *judged, began)


def replace(mutant):
    """Writes a mutant into its file, as cargo-mutants does."""
    file = Path(mutant["file"])
    lines = file.read_text().splitlines(keepends=True)
    (first, begin), (last, end) = sorted((p["line"] - 1, p["column"] - 1) for p in mutant["span"].values())
    lines[first : last + 1] = [lines[first][:begin] + mutant["replacement"] + lines[last][end:]]
    file.write_text("".join(lines))


def singly(folder):
    """Tries what was left out as cargo-mutants would, without the other mutants."""
    known = results(folder)
    sample = json.loads((folder / "sample.json").read_text())
    tests = json.loads((folder / "tests.json").read_text())
    usual = {(Path(t["package"]).name, t["kind"], t["name"]): t for t in tests if "used" in t}
    for number in json.loads((folder / "left_out.json").read_text()):
        if number in known:
            continue
        began = time.monotonic()
        subprocess.run(["git", "checkout", "--quiet", "--", "crates"], check=True)
        replace(sample[number])
        judged = "does not compile", None
        if cargo(*CHECK)[1]:
            which = {"digits": ["-p", "mnist"]}.get(sample[number]["package"], [])
            said, _ = cargo("test", "--no-run", "-p", sample[number]["package"], *which)
            built = [(Path(t["package"]).name, t["kind"], t["name"], t) for t in binaries(said)]
            judged = judge([usual[tuple(key)] | t for *key, t in built if tuple(key) in usual], sample[number], None)
        note(folder, number, *judged, began)


def main():
    command, *rest = sys.argv[1:]
    if command == "build":
        build(*map(Path, rest))
    elif command in ("run", "again"):
        run_all(Path(rest[0]), command == "again")
    elif command == "singly":
        singly(Path(rest[0]))


if __name__ == "__main__":
    main()
