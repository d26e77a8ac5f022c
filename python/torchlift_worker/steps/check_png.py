"""What libpng, and with it TensorFlow and OpenCV, refuses of a PNG that Pillow takes."""

from __future__ import annotations

import struct


def check_png(data: bytes) -> None:
    """Raises ValueError where a PNG's chunks (PNG specification, 5.3) don't reach its end, or make no picture."""
    at, kinds = 8, []
    while at + 12 <= len(data) and b"IEND" not in kinds:
        (length,) = struct.unpack_from(">I", data, at)
        kinds.append(data[at + 4 : at + 8])
        at += 12 + length
    if at > len(data) or kinds[-1:] != [b"IEND"]:
        raise ValueError("truncated PNG")
    unknown = [kind for kind in kinds if not kind[0] & 0x20 and kind not in (b"IHDR", b"PLTE", b"IDAT", b"IEND")]
    if unknown:
        raise ValueError(f"a PNG that can't be shown without knowing {unknown[0]!r}")
    if data[25] == 3 and b"PLTE" not in kinds:  # IHDR's colour type
        raise ValueError("a PNG without its palette")
