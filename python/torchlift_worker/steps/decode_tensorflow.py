"""As `tf.io.decode_image(data, channels=3, expand_animations=False)` of TensorFlow 2.10."""

from __future__ import annotations

import io
import warnings

import numpy as np
import simplejpeg  # type: ignore
from PIL import Image

MAX_PIXELS = 20_000_000  # a small file can ask for gigabytes; sizes are read before any pixel is


def decode_tensorflow(data: bytes) -> np.ndarray:
    """uint8 [H, W, 3]. EXIF orientation and colour profiles are ignored, alpha is dropped, not blended; of an animation the first frame."""
    header = open_image(data, ("JPEG", "PNG", "GIF", "BMP"))
    if header.format in ("JPEG", "MPO"):  # MPO: several JPEGs, one after the other
        return decode_fast_jpeg(data)
    if header.format == "BMP" and header.mode == "P":
        warnings.warn("TensorFlow 2.10 takes the palette's indices of this BMP for its pixels", stacklevel=2)
    return to_rgb(header)


def decode_fast_jpeg(data: bytes) -> np.ndarray:
    """The fast integer DCT, TensorFlow's default. What the encoder left out is an error, what it garbled is not."""
    space = simplejpeg.decode_jpeg_header(data, strict=False)[2]
    colours = "CMYK" if space in ("CMYK", "YCCK") else "RGB"
    try:
        pixels = simplejpeg.decode_jpeg(data, colours, fastdct=True, strict=True)
    except ValueError as error:
        if "premature end" in str(error).lower():
            raise
        warnings.warn(f"damaged JPEG: {error}", stacklevel=2)
        pixels = simplejpeg.decode_jpeg(data, colours, fastdct=True, strict=False)
    if colours == "RGB":
        return pixels
    # Adobe writes them inverted, and TensorFlow takes all for Adobe's: r = c·k / 255 of what is stored.
    ink = pixels.astype(np.int32)
    return (ink[..., :3] * ink[..., 3:] // 255).astype(np.uint8)


def to_rgb(image: Image.Image) -> np.ndarray:
    """uint8 [H, W, 3] of any mode: 16 bits by their high byte, alpha dropped."""
    if image.mode.startswith("I"):
        grey = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.asarray(image.convert("RGB"))


def open_image(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The image with its header read, no pixel yet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data), formats=formats)
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(f"not an image that can be read ({', '.join(formats)}): {error}") from None
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"{image.width}×{image.height} pixels, at most {MAX_PIXELS} are decoded")
    return image
