"""As `Image.resize`; `keras.utils.load_img(target_size=…)` is its `nearest`."""

from __future__ import annotations

import numpy as np
from PIL import Image

from torchlift_worker.steps.reencode import to_bytes


def resize_pillow(image: np.ndarray, kernel: str, height: int, width: int) -> np.ndarray:
    """uint8 [height, width, 3]. All but `nearest` widen their kernel when they shrink (antialias)."""
    filters = {
        "nearest": Image.Resampling.NEAREST,
        "bilinear": Image.Resampling.BILINEAR,
        "bicubic": Image.Resampling.BICUBIC,
        "area": Image.Resampling.BOX,
        "lanczos": Image.Resampling.LANCZOS,
        "hamming": Image.Resampling.HAMMING,
    }
    return np.asarray(Image.fromarray(to_bytes(image)).resize((width, height), filters[kernel]))
