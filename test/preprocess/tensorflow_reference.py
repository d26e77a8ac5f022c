"""tensorflow_reference.py FOLDER PIPELINES NPZ: what TensorFlow's own operations and Keras' load_img make of each image, by "pipeline/file"."""

import json
import os
import sys

import numpy as np
import tensorflow as tf

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
from torchlift_worker.tensorflow_pipeline import run_pipeline  # noqa: E402


def main(folder, pipelines, npz):
    found = {}
    for name, steps in json.load(open(pipelines)).items():
        for file in sorted(os.listdir(folder)):
            with open(os.path.join(folder, file), "rb") as opened:
                data = opened.read()
            try:
                found[f"{name}/{file}"] = run_pipeline(data, steps, 64, 48)
            except (tf.errors.InvalidArgumentError, ValueError):
                pass
    np.savez(npz, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
