"""JPEG with either of libjpeg's integer DCTs: TensorFlow's is the fast one, that of all others the accurate one."""

from __future__ import annotations

import warnings

import numpy as np
import simplejpeg  # type: ignore

from torchlift_worker.steps.open_image import load_pixels, open_image, to_rgb


def decode_jpeg(data: bytes, fastdct: bool) -> np.ndarray:
    """uint8 [H, W, 3], or the four inks [H, W, 4] as stored. What is cut short is an error; what is garbled inside is decoded as far as it goes."""
    if data[6:11] == b"JFIF\0":  # libjpeg only warns of other versions than 1, simplejpeg takes no warning in a header
        data = data[:11] + b"\1" + data[12:]
    try:
        space = simplejpeg.decode_jpeg_header(data, strict=False)[2]
    except KeyError:  # it has no name for them
        warnings.warn("a JPEG with rare sampling factors, decoded by the accurate DCT", stacklevel=2)
        return to_rgb(open_image(data, ("JPEG", "MPO")))
    colours = "CMYK" if space in ("CMYK", "YCCK") else "RGB"
    try:
        return simplejpeg.decode_jpeg(data, colours, fastdct=fastdct, strict=True)
    except ValueError as error:
        if "Premature end of JPEG" in str(error):
            raise ValueError("truncated JPEG") from None
        warnings.warn(f"damaged JPEG: {error}", stacklevel=2)
    load_pixels(open_image(data, ("JPEG", "MPO")))  # behind the first warning there may be an error, which simplejpeg doesn't tell
    return simplejpeg.decode_jpeg(data, colours, fastdct=fastdct, strict=False)
