"""check_steps.py FOLDER PRESETS NPZ: the steps against what TensorFlow gave (tensorflow_reference.py), and against Pillow and OpenCV. Prints one
JSON object: by library what came of each file (`equal`, `refused` where both refuse, or what differs, with the flags raised), and by kernel
[sizes compared, sizes that differ, largest difference]."""

import io
import json
import os
import sys
import warnings

import cv2
import numpy as np
from cases import HEIGHT, SOURCES, TARGETS, WIDTH, read_images, read_presets, resizes
from PIL import Image, ImageOps

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
from torchlift_worker.steps.decode_opencv import decode_opencv  # noqa: E402
from torchlift_worker.steps.decode_pillow import decode_pillow  # noqa: E402
from torchlift_worker.steps.decode_tensorflow import decode_tensorflow  # noqa: E402
from torchlift_worker.steps.orient import orient  # noqa: E402
from torchlift_worker.steps.pad import pad  # noqa: E402
from torchlift_worker.steps.run_steps import resize, run_steps  # noqa: E402

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
LOAD_IMG = [{"step": "decode", "decoder": "pillow"}, {"step": "resize", "kernel": "nearest", "library": "pillow", "height": None, "width": None}]


def main(folder, presets, npz):
    theirs = np.load(npz)
    report = {"tensorflow": {}, "pillow": {}, "load_img": {}, "opencv": {}, "orient": {}, "presets": {}, "resize": {}}
    presets = read_presets(presets)
    for file, data in read_images(folder):
        report["tensorflow"][file] = verdict(decode_tensorflow, data, lambda file=file: theirs[f"decode/{file}"])
        report["pillow"][file] = verdict(decode_pillow, data, lambda data=data: by_pillow(data))
        report["opencv"][file] = verdict(decode_opencv, data, lambda data=data: by_opencv(data))
        report["load_img"][file] = verdict(lambda data: run_steps(data, LOAD_IMG, HEIGHT, WIDTH), data, lambda file=file: theirs[f"load_img/{file}"])
        if file.startswith("orientation"):
            turned = verdict(lambda data: orient(decode_pillow(data), data), data, lambda data=data: by_exif_transpose(data))
            report["orient"][file] = turned
        for name, steps in presets.items():
            key = f"preset/{name}/{file}"
            if key in theirs and report["tensorflow"][file].startswith("equal"):
                found = verdict(lambda data, steps=steps: run_steps(data, steps, HEIGHT, WIDTH), data, lambda key=key: theirs[key])
                report["presets"][f"{name}/{file}"] = found.split(" [")[0]
    for name, step, image, height, width in resizes():
        compare(report["resize"], " ".join(name.split(" ")[:-2]), lambda a=(image, step, height, width): resize(*a), theirs.get(f"resize/{name}"))
    others(report["resize"])
    print(json.dumps(report))


def by_pillow(data):
    return np.asarray(Image.open(io.BytesIO(data), formats=FORMATS).convert("RGB"))


def by_opencv(data):
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("no image")
    return image[:, :, ::-1]


def by_exif_transpose(data):
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


def verdict(step, data, reference):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            mine = step(data)
        except ValueError as error:
            mine = error
        flags = "".join(f" [{warning.message}]" for warning in caught)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = reference()
        except Exception as error:  # whatever a library throws at a file that isn't whole; KeyError where TensorFlow refused
            theirs = error
    if isinstance(mine, ValueError):
        return "refused" if isinstance(theirs, Exception) else f"only we refuse: {mine}"
    if isinstance(theirs, Exception):
        return f"only they refuse{flags}"
    theirs = theirs.astype(mine.dtype)
    if mine.shape != theirs.shape:
        return f"{mine.shape} for {theirs.shape}{flags}"
    difference = float(np.abs(mine.astype(np.float64) - theirs).max())
    return f"equal{flags}" if np.array_equal(mine, theirs) else f"differs by {difference:.3g}{flags}"


def compare(report, name, make, theirs):
    count, different, largest = report.get(name, (0, 0, 0.0))
    if theirs is None:
        return
    mine = make()
    # TensorFlow gives an image that has the size already as it is, of its dtype.
    assert mine.shape == theirs.shape and theirs.dtype in (mine.dtype, np.uint8), (name, mine.shape, mine.dtype, theirs.shape, theirs.dtype)
    off = float(np.abs(mine.astype(np.float64) - theirs).max())
    report[name] = (count + 1, different + (off > 0), max(largest, off))


def others(report):
    generator = np.random.default_rng(13)
    pillow = {"nearest": "NEAREST", "bilinear": "BILINEAR", "bicubic": "BICUBIC", "area": "BOX", "lanczos": "LANCZOS", "hamming": "HAMMING"}
    opencv = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
    for source in SOURCES:
        image = generator.integers(0, 256, source + (3,), dtype=np.uint8)
        for height, width in TARGETS:
            for value in (7.5, -1, 255):
                theirs = np.full((source[0] + height, source[1] + width, 3), value, np.float32)
                theirs[height // 2 : height // 2 + source[0], width // 2 : width // 2 + source[1]] = image
                padded = pad(image, value, source[0] + height, source[1] + width).astype(np.float32)
                compare(report, "pad", lambda padded=padded: padded, theirs)
            for kernel, name in pillow.items():
                theirs = np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling[name]))
                compare(report, f"pillow {kernel}", lambda a=(image, {"library": "pillow", "kernel": kernel}, height, width): resize(*a), theirs)
            for kernel, flag in opencv.items():
                theirs = cv2.resize(image, (width, height), interpolation=flag)
                compare(report, f"opencv {kernel}", lambda a=(image, {"library": "opencv", "kernel": kernel}, height, width): resize(*a), theirs)


if __name__ == "__main__":
    main(*sys.argv[1:])
