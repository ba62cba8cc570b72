"""Runs this tool in a checkout of the suite: every eval, with the suite's own validators.

    python3 suite.py CHECKOUT TOOL [EVAL ...]

It stands between an eval and the tool as the suite's own command does. The validators compare with the tool `manual`, which
must be built (`make -C tools/manual`), and need numpy, pydantic, scipy and dataclasses-json.
"""

import json
import os
import subprocess
import sys

# Small and large, within minutes; the suite's own settings take hours.
SETTINGS = {
    "ba": ["--max", "3"],
    "det": ["-l", "5", "6", "7", "8", "9"],
    "gmm": ["-d", "2", "10", "20", "-k", "5", "10", "25"],
    "hello": [],
    "ht": ["--max", "7"],
    "kmeans": ["-k", "10", "100", "-n", "1000", "10000"],
    "llsq": ["-n", "16", "128", "1024", "8196"],
    "lse": ["-n", "2500", "40000", "640000"],
    "lstm": ["-l", "2", "4", "-c", "1024"],
    "ode": ["-n", "1000", "10000", "-s", "1", "10", "100"],
    "particle": [],
    "saddle": [],
}


def run(checkout, tool, name, settings):
    """Lets an eval ask the tool; returns how many answers were valid, and what was wrong."""
    environment = dict(os.environ, PYTHONPATH=os.path.join(checkout, "python/gradbench"))
    # Without the path of the script, where the eval `ht` has a module of the name of one of Python's.
    program = f"import sys, runpy; sys.argv[0] = '{name}'; "
    program += f"runpy.run_module('gradbench.evals.{name}.run', run_name='__main__')"
    seconds = [] if name == "hello" else ["--min-seconds", "0.01"]
    asking = subprocess.Popen(
        [sys.executable, "-c", program, *settings, *seconds],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    answering = subprocess.Popen([tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    valid, wrong = 0, []
    for line in asking.stdout:
        message = json.loads(line)
        if message["kind"] == "analysis":
            if message["valid"]:
                valid += 1
            else:
                wrong.append(message["error"])
        answering.stdin.write(line)
        answering.stdin.flush()
        answer = answering.stdout.readline()
        if not answer:
            wrong.append("the tool has ended")
            break
        if not json.loads(answer).get("success", True):
            wrong.append(json.loads(answer).get("error", "refused"))
        asking.stdin.write(answer)
        asking.stdin.flush()
    asking.stdin.close()
    answering.stdin.close()
    if asking.wait() != 0:
        wrong.append(f"the eval ended with {asking.returncode}")
    answering.wait()
    return valid, wrong


def main():
    checkout, tool = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    names = sys.argv[3:] or sorted(SETTINGS)
    failed = []
    for name in names:
        valid, wrong = run(checkout, tool, name, SETTINGS[name])
        print(f"{name:10} {valid:3} answers valid, {len(wrong)} not", flush=True)
        for reason in wrong[:3]:
            print(f"    {reason}")
        if wrong or valid == 0:
            failed.append(name)
    print(f"{len(names) - len(failed)} of {len(names)} evals valid")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
