#!/usr/bin/env python3
"""python benchmark.py --framework pytorch --batch-size 32 --iterations 1000

The same as `npx torchlift benchmark` with the same flags, from any folder: the command is found beside this file, paths are those of the
current folder. Needs Node 20.19 or later, and nothing of Python but its standard library. `--help` lists the flags.
"""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))


def main():
    node = shutil.which("node")
    if node is None:
        print("benchmark.py: Node isn't on PATH; install Node 20.19 or later (https://nodejs.org).", file=sys.stderr)
        return 7
    # A fresh checkout: installs and builds; does nothing where that is done.
    setup = os.path.join(ROOT, "scripts", "setup.mjs")
    if os.path.exists(setup):
        status = subprocess.call([node, setup], cwd=ROOT, stdout=sys.stderr)
        if status != 0:
            return status
    # In this process's place, so that Ctrl-C and the exit code are the command's own.
    sys.stdout.flush()
    os.execv(node, [node, os.path.join(ROOT, "bin", "torchlift.js"), "benchmark", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
