"""What the steps are compared on, the same on TensorFlow's side and on ours."""

import json
import os

import numpy as np

SOURCES = ((1, 1), (2, 3), (7, 5), (64, 64), (101, 333), (500, 17), (223, 225))
TARGETS = ((1, 1), (2, 2), (5, 9), (64, 64), (149, 149), (33, 65))
HEIGHT, WIDTH = 64, 48


def resizes():
    """(name, step, image, height, width): each kernel of TensorFlow at every pair of sizes."""
    generator = np.random.default_rng(12)
    for source in SOURCES:
        image = generator.integers(0, 256, source + (3,), dtype=np.uint8)
        for height, width in TARGETS:
            for library, kernel, options in kernels():
                step = {"step": "resize", "kernel": kernel, "library": library, "height": height, "width": width, **options}
                name = " ".join([library, kernel, *options, f"{source[0]}x{source[1]}", f"{height}x{width}"])
                yield name, step, image, height, width


def kernels():
    for kernel in ("bilinear", "nearest", "bicubic", "area"):
        yield "tensorflow", kernel, {}
        yield "tensorflow", kernel, {"preserve_aspect_ratio": True}
        yield "tensorflow-v1", kernel, {}
        yield "tensorflow-v1", kernel, {"align_corners": True}


def read_images(folder):
    for file in sorted(os.listdir(folder)):
        with open(os.path.join(folder, file), "rb") as opened:
            yield file, opened.read()


def read_presets(path):
    with open(path) as file:
        return json.load(file)
