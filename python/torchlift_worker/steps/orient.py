"""EXIF orientation, as `ImageOps.exif_transpose` applies it."""

from __future__ import annotations

import numpy as np

from torchlift_worker.steps.open_image import open_image


def orient(image: np.ndarray, data: bytes) -> np.ndarray:
    """`image`: [H, W, 3] as decoded from `data`, whose EXIF block says how it is to be turned (EXIF 2.3, tag 0x0112)."""
    orientation = open_image(data, ("JPEG", "PNG", "GIF", "BMP", "WEBP")).getexif().get(0x0112, 1)
    if orientation in (5, 6, 7, 8):
        image = image.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)
