"""Runs a pipeline given as data. `preprocess.py` says the same as calls; `src/preprocess/print-preprocess.ts` prints them."""

import numpy as np

from torchlift_worker.steps.crop import crop, crop_to_square
from torchlift_worker.steps.decode_opencv import decode_opencv
from torchlift_worker.steps.decode_pillow import decode_pillow
from torchlift_worker.steps.decode_tensorflow import decode_tensorflow
from torchlift_worker.steps.orient import orient
from torchlift_worker.steps.pad import pad, pad_to_square
from torchlift_worker.steps.reencode import reencode
from torchlift_worker.steps.resize_opencv import resize_opencv
from torchlift_worker.steps.resize_pillow import resize_pillow
from torchlift_worker.steps.resize_sampled import resize_sampled
from torchlift_worker.steps.resize_tensorflow import keep_aspect, resize_area, resize_bicubic, resize_bilinear, resize_nearest
from torchlift_worker.steps.values import bgr, normalise, scale

DECODERS = {"tensorflow": decode_tensorflow, "pillow": decode_pillow, "opencv": decode_opencv}


VALUES = ("channel-order", "scale", "normalise")  # they move no pixel


def run_steps(data, steps, height, width):
    """float32 [H, W, 3] of an image's bytes. `height`, `width`: for the steps that leave theirs to the model."""
    image = None
    for step in steps:
        image = run_step(image, data, step, height, width)
    return np.ascontiguousarray(image, dtype=np.float32)


def run_step(image, data, step, height, width):
    name = step["step"]
    if name == "decode":
        return DECODERS[step["decoder"]](data)
    if name == "orient":
        return orient(image, data)
    if name == "crop":
        return crop_to_square(image) if step["height"] is None else crop(image, step["height"], step["width"])
    if name == "resize":
        return resize(image, step, step["height"] or height, step["width"] or width)
    if name == "re-encode":
        return reencode(image, step["quality"])
    if name == "pad":
        if "height" not in step:
            return pad_to_square(image, step["value"])
        return pad(image, step["value"], step["height"] or height, step["width"] or width)
    if name == "channel-order":
        return bgr(image) if step["order"] == "BGR" else image
    if name == "scale":
        return scale(image, step["divide"], step["offset"])
    if name == "normalise":
        return normalise(image, step["mean"], step["std"])
    raise ValueError(f"unknown step {name!r}")


def resize(image, step, height, width):
    if step.get("preserve_aspect_ratio"):
        height, width = keep_aspect(image.shape[0], image.shape[1], height, width)
    library = step["library"]
    if library == "pillow":
        return resize_pillow(image, step["kernel"], height, width)
    if library == "opencv":
        return resize_opencv(image, step["kernel"], height, width)
    align_corners = step.get("align_corners", False)
    if step["kernel"] == "area":
        return resize_area(image, height, width, align_corners)
    kernels = {"bilinear": resize_bilinear, "nearest": resize_nearest, "bicubic": resize_bicubic}
    antialias = step.get("antialias", False)
    if antialias or step["kernel"] not in kernels:
        return resize_sampled(image, step["kernel"], height, width, antialias)
    return kernels[step["kernel"]](image, height, width, library == "tensorflow", align_corners)
