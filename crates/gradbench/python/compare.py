"""Times this tool beside the suite's C++ tools, in turn, each pinned to one processor; prints a table of ratios.

    python3 compare.py CHECKOUT TOOL [EVAL ...] [--rounds N] [--processor P]

The tools `manual`, `codipack` and `adept` take part where they are built (`make -C tools/NAME`). A time is the least of all
runs in all rounds. As a run of this tool is a replay of what the first run has recorded, the first run has a column of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

SETTINGS = {
    "hello": [],
    "ba": ["--min", "2", "--max", "2"],
    "det": ["-l", "6", "8"],
    "gmm": ["-d", "2", "10", "32", "-k", "5", "25"],
    "ht": ["--min", "3", "--max", "7"],
    "kmeans": ["-k", "10", "100", "-n", "1000", "10000", "-d", "8"],
    "llsq": ["-n", "128", "1024", "8196"],
    "lse": ["-n", "2500", "40000", "640000"],
    "lstm": ["-l", "2", "-c", "1024"],
    "ode": ["-n", "1000", "-s", "10", "100"],
    "particle": [],
    "saddle": [],
}
PRIMALS = {"square", "primal", "objective", "cost"}
LEFT_OUT = {"gmm": {"2_25_1000", "10_5_1000"}, "ht": {"hand4", "hand5", "hand6"}}
OTHERS = ["manual", "codipack", "adept"]


def messages(checkout, name):
    """What an eval asks for, from one that is told each time that it cannot be had."""
    environment = dict(os.environ, PYTHONPATH=os.path.join(checkout, "python/gradbench"))
    program = f"import sys, runpy; sys.argv[0] = '{name}'; "
    program += f"runpy.run_module('gradbench.evals.{name}.run', run_name='__main__')"
    asking = subprocess.Popen(
        [sys.executable, "-c", program, *SETTINGS[name]],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in asking.stdout:
        message = json.loads(line)
        answer = {"id": message["id"], "success": message["kind"] == "define"}
        if name == "hello" and message["kind"] == "evaluate":
            answer |= {"success": True, "output": 1.5}
        asking.stdin.write(json.dumps(answer) + "\n")
        asking.stdin.flush()
        if message["kind"] == "evaluate" and message["function"] not in PRIMALS:
            description = message.get("description", "")
            if not any(description.startswith(out) for out in LEFT_OUT.get(name, ())):
                yield message
                if name == "hello":
                    asking.kill()
                    return


def often(message, seconds):
    given = message["input"]
    return given | {"min_runs": 2, "min_seconds": seconds} if isinstance(given, dict) else given


def nanoseconds(timings):
    return [timing["nanoseconds"] for timing in timings if timing["name"] == "evaluate"]


def ours(command, message, seconds):
    message = message | {"input": often(message, seconds)}
    line = json.dumps(message) + "\n"
    done = subprocess.run(command, input=line, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    if not answer["success"]:
        sys.exit(f"{message['module']}, {message['function']}: {answer['error']}")
    return nanoseconds(answer["timings"])


def theirs(command, message, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(often(message, seconds), file)
        file.flush()
        command = [*command, file.name, message["function"]]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return nanoseconds(map(json.loads, done.stdout.splitlines()[1:]))


def shown(nanoseconds):
    for unit, size in [("s", 1e9), ("ms", 1e6), ("µs", 1e3)]:
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds} ns"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout")
    parser.add_argument("tool")
    parser.add_argument("evals", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--processor", default="1")
    args = parser.parse_args()
    pinned = ["taskset", "-c", args.processor]
    print("| eval | function | this tool | first run | of hand-written | of CoDiPack | of Adept |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in args.evals or SETTINGS:
        for message in messages(args.checkout, name):
            least, first = {}, []
            for _ in range(args.rounds):
                times = ours([*pinned, args.tool], message, args.seconds)
                first.append(times[0])
                least["ours"] = min([least.get("ours", times[0]), *times])
                for other in OTHERS:
                    program = os.path.join(args.checkout, f"tools/{other}/bin/{name}")
                    if os.path.exists(program):
                        times = theirs([*pinned, program], message, args.seconds)
                        least[other] = min([least.get(other, times[0]), *times])
            ratios = [
                f"{least['ours'] / least[other]:.2f}" if least.get(other) else "–"
                for other in OTHERS
            ]
            what = " ".join([name, message.get("description", "")]).strip()
            cells = [what, message["function"], shown(least["ours"]), shown(min(first)), *ratios]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
