"""What changes values and moves no pixel."""

from __future__ import annotations

import numpy as np


def bgr(image: np.ndarray) -> np.ndarray:
    """Channels in the order blue, green, red."""
    return np.ascontiguousarray(image[..., ::-1])


def scale(image: np.ndarray, divide: float, offset: float) -> np.ndarray:
    """image / divide + offset, in float32."""
    return image.astype(np.float32) / np.float32(divide) + np.float32(offset)


def normalise(image: np.ndarray, mean: list[float], std: list[float]) -> np.ndarray:
    """(image − mean) / std by channel, in float32."""
    return (image.astype(np.float32) - np.array(mean, np.float32)) / np.array(std, np.float32)
