"""As `cv2.imread(…)`, in RGB order: the accurate DCT, EXIF orientation applied, alpha dropped."""

from __future__ import annotations

import numpy as np

from torchlift_worker.steps.check_png import check_png
from torchlift_worker.steps.decode_jpeg import decode_jpeg
from torchlift_worker.steps.open_image import open_image, to_rgb
from torchlift_worker.steps.orient import orient


def shift_up(image: np.ndarray, data: bytes) -> np.ndarray:
    """A BMP of 16 bits as utils.cpp, icvCvt_BGR5552BGR, reads it: a channel's 5 bits (of green 6, where the masks say so) are moved up, not spread."""
    six = data[30] == 3 and data[58:62] == b"\xe0\x07\x00\x00"
    return image & np.array([0xF8, 0xFC if six else 0xF8, 0xF8], np.uint8)


def decode_opencv(data: bytes) -> np.ndarray:
    """uint8 [H, W, 3]."""
    image = open_image(data, ("JPEG", "PNG", "BMP", "WEBP"))
    if image.format == "PNG":
        check_png(data)
    if image.format == "BMP" and data[28] == 16:
        return shift_up(to_rgb(image), data)
    if image.mode != "CMYK":
        return orient(to_rgb(image), data)
    # grfmt_jpeg.cpp, icvCvt_CMYK2BGR: the same whether Adobe's marker is there or not.
    inks = decode_jpeg(data, fastdct=False).astype(np.int32)
    black = inks[..., 3:]
    return orient((black - ((255 - inks[..., :3]) * black >> 8)).astype(np.uint8), data)
