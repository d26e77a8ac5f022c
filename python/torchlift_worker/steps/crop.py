"""A crop from the centre."""

from __future__ import annotations

import numpy as np


def crop(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """[height, width, 3]; what doesn't divide evenly stays at the bottom and right, as in torchvision and Keras."""
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    if top < 0 or left < 0:
        raise ValueError(f"a crop of {height}×{width} from {image.shape[0]}×{image.shape[1]}")
    return image[top : top + height, left : left + width]


def crop_to_square(image: np.ndarray) -> np.ndarray:
    """The largest square in the centre."""
    side = min(image.shape[:2])
    return crop(image, side, side)
