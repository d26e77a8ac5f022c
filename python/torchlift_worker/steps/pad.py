"""A border of one value around a centred image."""

from __future__ import annotations

import numpy as np


def pad(image: np.ndarray, value: float, height: int, width: int) -> np.ndarray:
    """[height, width, 3]; the odd row or column goes to the bottom and right."""
    rows, columns = height - image.shape[0], width - image.shape[1]
    if rows < 0 or columns < 0:
        raise ValueError(f"padding {image.shape[0]}×{image.shape[1]} to {height}×{width}")
    if image.dtype == np.uint8 and value not in range(256):  # no byte holds it
        image = image.astype(np.float32)
    return np.pad(image, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2), (0, 0)), constant_values=value)


def pad_to_square(image: np.ndarray, value: float) -> np.ndarray:
    """The longer side is that of the square."""
    side = max(image.shape[:2])
    return pad(image, value, side, side)
