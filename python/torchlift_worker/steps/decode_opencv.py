"""As `cv2.imread(…)`, in RGB order: the accurate DCT, EXIF orientation applied, alpha dropped."""

from __future__ import annotations

import numpy as np
from PIL import ImageOps

from torchlift_worker.steps.decode_tensorflow import open_image, to_rgb


def decode_opencv(data: bytes) -> np.ndarray:
    """uint8 [H, W, 3]."""
    image = open_image(data, ("JPEG", "PNG", "BMP", "WEBP"))
    return to_rgb(ImageOps.exif_transpose(image))
