"""Through JPEG once more, as a service does that stores what it got."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def reencode(image: np.ndarray, quality: int) -> np.ndarray:
    """uint8 [H, W, 3], saved and decoded by Pillow with its defaults (4:2:0)."""
    buffer = io.BytesIO()
    Image.fromarray(to_bytes(image)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def to_bytes(image: np.ndarray) -> np.ndarray:
    """Pixels as uint8: rounded, cut at 0 and 255."""
    return image if image.dtype == np.uint8 else np.clip(np.rint(image), 0, 255).astype(np.uint8)
