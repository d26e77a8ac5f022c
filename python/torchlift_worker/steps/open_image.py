"""Pillow as the reader of headers, and of all pixels but JPEG's in TensorFlow's way."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 20_000_000  # a small file can ask for gigabytes; sizes are read before any pixel is

PILLOW_ERRORS = (EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError, struct.error, zlib.error)  # whatever its readers meet


def open_image(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The image with its header read, no pixel yet."""
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError:  # Pillow's own words hold an address in memory
        raise ValueError(f"no image of these formats: {', '.join(formats)}") from None
    except (*PILLOW_ERRORS, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"an image that can't be read: {error}") from None
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"{image.width}×{image.height} pixels, at most {MAX_PIXELS} are decoded")
    return image


def load_pixels(image: Image.Image) -> None:
    """Decodes the first frame. Raises ValueError where it is cut short or its checksums are wrong."""
    try:
        image.load()
    except PILLOW_ERRORS as error:
        raise ValueError(f"damaged {image.format}: {error}") from None


def to_rgb(image: Image.Image) -> np.ndarray:
    """uint8 [H, W, 3] of any mode: 16 bits by their high byte, alpha dropped."""
    load_pixels(image)
    if image.mode.startswith("I"):
        grey = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.asarray(image.convert("RGB"))
