"""A GIF's first frame as TensorFlow 2.10's gif_io.cc gives it."""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image

from torchlift_worker.steps.open_image import load_pixels


def decode_gif(image: Image.Image, data: bytes) -> np.ndarray:
    """uint8 [H, W, 3]: not the canvas but an area as wide and high as the file's largest frame, black where the first is transparent or absent."""
    frames = gif_frames(data)
    load_pixels(image)
    left, top, width, height = frames[0]
    inside = (slice(top, top + height), slice(left, left + width))
    pixels = np.array(image.convert("RGB"))[inside]
    pixels[np.asarray(image)[inside] == image.info.get("transparency", -1)] = 0
    area = np.zeros((max(frame[3] for frame in frames), max(frame[2] for frame in frames), 3), np.uint8)
    seen = pixels[: max(0, len(area) - top), : max(0, area.shape[1] - left)]
    area[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
    return area


def gif_frames(data: bytes) -> list[tuple[int, int, int, int]]:
    """Left, top, width, height of every frame (GIF89a, 17 to 27). Raises ValueError where the file ends before its trailer."""
    frames = []
    at = 13 + gif_colours(data[10])
    while data[at : at + 1] != b";":
        if at + (10 if data[at : at + 1] == b"," else 2) >= len(data):
            raise ValueError("truncated GIF")
        if data[at] == 0x2C:  # an image descriptor, its colours, and the code size before its data
            frames.append(struct.unpack_from("<HHHH", data, at + 1))
            at += 11 + gif_colours(data[at + 9])
        else:  # an extension and its label
            at += 2
        while data[at : at + 1] not in (b"", b"\0"):
            at += 1 + data[at]
        at += 1
    return frames


def gif_colours(packed: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0
