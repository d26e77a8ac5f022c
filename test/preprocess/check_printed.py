"""check_printed.py FOLDER IMAGES PATTERN: every FOLDER/<name>/preprocess.py, imported with nothing of ours in reach, against the steps as data in
FOLDER/<name>/case.json, on the images whose name matches. Prints one JSON object: by name [images that gave the same row, images that both refuse, files that differ]."""

import importlib.util
import json
import os
import re
import sys
import warnings
from pathlib import Path

import numpy as np
from cases import read_images


def main(folder, images, pattern):
    warnings.simplefilter("ignore")
    printed = {path.name: load(path / "preprocess.py") for path in sorted(Path(folder).iterdir()) if path.is_dir()}
    assert not any(name.startswith("torchlift") for name in sys.modules)
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
    from torchlift_worker.steps.run_steps import run_steps

    report = {}
    for name, preprocess in printed.items():
        case = json.loads((Path(folder) / name / "case.json").read_text())
        same, refused, different = 0, 0, []
        for file, data in read_images(images):
            if not re.match(pattern, file):
                continue
            mine = attempt(lambda data=data: preprocess(data).numpy())
            steps = attempt(lambda data=data: run_steps(data, case["steps"], case["height"], case["width"]))
            if isinstance(steps, str):
                refused += mine == steps
                different += [] if mine == steps else [file]
                continue
            row = steps[None] if case["layout"] == "NHWC" else steps.transpose(2, 0, 1)[None]
            equal = not isinstance(mine, str) and str(mine.dtype) == case["dtype"] and np.array_equal(mine, row.astype(case["dtype"]))
            same += equal
            different += [] if equal else [file]
        report[name] = [same, refused, different]
    print(json.dumps(report))


def load(path):
    spec = importlib.util.spec_from_file_location("preprocess", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.preprocess


def attempt(make):
    try:
        return make()
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    main(*sys.argv[1:])
