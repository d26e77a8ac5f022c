"""A pipeline by TensorFlow's own operations: what a service in TensorFlow did with the same bytes. For lists of steps that name nothing else
(`isTensorFlowPipeline` in src/preprocess)."""

import hashlib

import numpy as np
import tensorflow as tf


def prepare(array, steps, height, width):
    """(row float32 [H, W, 3], {pixels}) of an image's bytes where the first step is to decode, else of its pixels; (None, {error}) where TensorFlow
    refuses it. `pixels`: sha256 of what the steps behind the decoder are given."""
    try:
        is_file = bool(steps) and steps[0]["step"] == "decode"
        pixels = decode(bytes(array)).numpy() if is_file else array
        row = run_pipeline(pixels, steps[1:] if is_file else steps, height, width)
        return row, {"pixels": hashlib.sha256(np.ascontiguousarray(pixels)).hexdigest()}
    except Exception as error:  # whatever it throws at a file that isn't whole
        return None, {"error": f"{error}"}


def decode(data):
    """uint8 [H, W, 3] of an image's bytes; of an animation the first frame."""
    return tf.io.decode_image(data, channels=3, expand_animations=False)


def run_pipeline(image, steps, height, width):
    """float32 [H, W, 3] of a decoded image. `steps`: those behind the decoder; `height`, `width`: where they leave theirs to the model."""
    for step in steps:
        name = step["step"]
        rows, columns = step.get("height") or height, step.get("width") or width
        if name == "resize" and step["library"] in ("tensorflow", "tensorflow-v1"):
            image = resize(image, step, rows, columns)
        elif name == "crop":
            image = crop(image, *((min(image.shape[:2]),) * 2 if step["height"] is None else (rows, columns)))
        elif name == "pad":
            image = pad(image, step["value"], *((rows, columns) if "height" in step else (max(image.shape[:2]),) * 2))
        elif name == "channel-order":
            image = image[..., ::-1] if step["order"] == "BGR" else image
        elif name == "scale":
            image = tf.cast(image, tf.float32) / step["divide"] + step["offset"]
        elif name == "normalise":
            image = (tf.cast(image, tf.float32) - tf.constant(step["mean"], tf.float32)) / tf.constant(step["std"], tf.float32)
        else:
            raise ValueError(f"TensorFlow has no operation for {step}")
    return np.asarray(image, np.float32)


def resize(image, step, height, width):
    keep = step.get("preserve_aspect_ratio", False)
    if step["library"] == "tensorflow":
        return tf.image.resize(image, (height, width), step["kernel"], preserve_aspect_ratio=keep, antialias=step.get("antialias", False))
    method = {"bilinear": 0, "nearest": 1, "bicubic": 2, "area": 3}[step["kernel"]]
    return tf.compat.v1.image.resize_images(
        image, (height, width), method, align_corners=step.get("align_corners", False), preserve_aspect_ratio=keep
    )


def crop(image, height, width):
    return tf.image.crop_to_bounding_box(image, (image.shape[0] - height) // 2, (image.shape[1] - width) // 2, height, width)


def pad(image, value, height, width):
    rows, columns = height - image.shape[0], width - image.shape[1]
    border = [[rows // 2, rows - rows // 2], [columns // 2, columns - columns // 2], [0, 0]]
    return tf.pad(tf.cast(image, tf.float32), border, constant_values=value)
