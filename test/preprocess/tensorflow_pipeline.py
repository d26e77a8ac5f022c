"""A pipeline by TensorFlow's own operations: what a service in TensorFlow did with the same bytes. For lists of steps that name nothing else."""

import numpy as np
import tensorflow as tf


def run_pipeline(data, steps, height, width):
    """float32 [H, W, 3]."""
    image = None
    for step in steps:
        name = step["step"]
        if name == "decode" and step["decoder"] == "tensorflow":
            image = tf.io.decode_image(data, channels=3, expand_animations=False)
        elif name == "resize" and step["library"] in ("tensorflow", "tensorflow-v1"):
            image = resize(image, step, step["height"] or height, step["width"] or width)
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
        return tf.image.resize(image, (height, width), step["kernel"], preserve_aspect_ratio=keep)
    method = {"bilinear": 0, "nearest": 1, "bicubic": 2, "area": 3}[step["kernel"]]
    return tf.compat.v1.image.resize_images(image, (height, width), method, align_corners=step.get("align_corners", False))
