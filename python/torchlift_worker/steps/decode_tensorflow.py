"""As `tf.io.decode_image(data, channels=3, expand_animations=False)` of TensorFlow 2.10."""

from __future__ import annotations

import warnings

import numpy as np

from torchlift_worker.steps.check_png import check_png
from torchlift_worker.steps.decode_gif import decode_gif
from torchlift_worker.steps.decode_jpeg import decode_jpeg
from torchlift_worker.steps.open_image import open_image, to_rgb


def decode_tensorflow(data: bytes) -> np.ndarray:
    """uint8 [H, W, 3]. EXIF orientation and colour profiles are ignored, alpha is dropped, not blended; of an animation the first frame."""
    image = open_image(data, ("JPEG", "PNG", "GIF", "BMP"))
    if image.format in ("JPEG", "MPO"):  # MPO: several JPEGs, one after the other
        pixels = decode_jpeg(data, fastdct=True)
        if pixels.shape[2] == 3:
            return pixels
        # jpeg_mem.cc: each ink darkens what black leaves. Adobe's are stored inverted.
        inks = pixels.astype(np.int32) if "adobe" in image.info else 255 - pixels.astype(np.int32)
        return (inks[..., :3] * inks[..., 3:] // 255).astype(np.uint8)
    if image.format == "PNG":
        check_png(data)
    if image.format == "GIF":
        return decode_gif(image, data)
    if image.format == "BMP" and image.mode == "P":
        warnings.warn("TensorFlow 2.10 takes the palette's indices of this BMP for its pixels", stacklevel=2)
    return to_rgb(image)
