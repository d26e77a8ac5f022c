"""As `Image.open(…).convert("RGB")`, which `keras.utils.load_img` is too: the accurate DCT."""

from __future__ import annotations

import numpy as np

from torchlift_worker.steps.open_image import load_pixels, open_image


def decode_pillow(data: bytes) -> np.ndarray:
    """uint8 [H, W, 3]. EXIF orientation and colour profiles are ignored."""
    image = open_image(data, ("JPEG", "PNG", "GIF", "BMP", "WEBP"))
    load_pixels(image)
    return np.asarray(image.convert("RGB"))
