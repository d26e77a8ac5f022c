"""What the steps are compared on, the same on TensorFlow's side and on ours."""

import json
import os

import numpy as np

SOURCES = ((1, 1), (2, 3), (7, 5), (64, 64), (101, 333), (500, 17), (223, 225))
TARGETS = ((1, 1), (2, 2), (5, 9), (64, 64), (149, 149), (33, 65))
# Beside all pairs of these, for the kernels whose weights are computed: a side of one pixel, of a photo, and sizes by chance.
MORE_PAIRS = (((1, 300), (224, 1)), ((999, 1), (1, 224)), ((3, 777), (299, 2)), ((480, 640), (224, 224)), ((640, 427), (299, 300)))
CHANCES = 80
HEIGHT, WIDTH = 64, 48


def resizes():
    """(name, step, image, height, width): each kernel of TensorFlow at every pair of sizes."""
    generator = np.random.default_rng(12)
    for source in SOURCES:
        image = generator.integers(0, 256, source + (3,), dtype=np.uint8)
        for height, width in TARGETS:
            for library, kernel, options in (*kernels(), *sampled_kernels()):
                yield resize_case(library, kernel, options, image, height, width)
    for source, (height, width) in (*MORE_PAIRS, *pairs_by_chance(generator)):
        image = generator.integers(0, 256, source + (3,), dtype=np.uint8)
        for library, kernel, options in sampled_kernels():
            yield resize_case(library, kernel, options, image, height, width)
            # Values that were scaled before: signs and sums that aren't exact.
            yield resize_case(library, kernel, options, image.astype(np.float32) / np.float32(127.5) - 1, height, width)


def resize_case(library, kernel, options, image, height, width):
    step = {"step": "resize", "kernel": kernel, "library": library, "height": height, "width": width, **options}
    sizes = [f"{image.shape[0]}x{image.shape[1]}", f"{height}x{width}-{image.dtype}"]
    return " ".join([library, kernel, *options, *sizes]), step, image, height, width


def pairs_by_chance(generator):
    for _ in range(CHANCES):
        sizes = np.exp(generator.uniform(0, np.log(400), 4)).astype(int).tolist()
        yield (sizes[0], sizes[1]), (sizes[2], sizes[3])


def sampled_kernels():
    for kernel in ("bilinear", "bicubic", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
        yield "tensorflow", kernel, {"antialias": True}
        if kernel not in ("bilinear", "bicubic"):
            yield "tensorflow", kernel, {}
            yield "tensorflow", kernel, {"preserve_aspect_ratio": True, "antialias": True}


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
