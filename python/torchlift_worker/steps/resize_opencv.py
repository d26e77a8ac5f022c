"""As `cv2.resize` of uint8 (OpenCV's resize.cpp, the same from 4.5 to 5.0): bit for bit, `bicubic` within one step of 255."""

from __future__ import annotations

import numpy as np

from torchlift_worker.steps.reencode import to_bytes


def resize_opencv(image: np.ndarray, kernel: str, height: int, width: int) -> np.ndarray:
    """uint8 [height, width, 3]. No kernel but `area` looks further when it shrinks."""
    pixels = to_bytes(image)
    if pixels.shape[:2] == (height, width):
        return pixels
    down, along = 1 / (height / pixels.shape[0]), 1 / (width / pixels.shape[1])
    if kernel == "nearest":
        rows, columns = ((np.arange(new) * ratio).astype(np.int64) for new, ratio in ((height, down), (width, along)))
        return pixels[np.minimum(rows, pixels.shape[0] - 1)][:, np.minimum(columns, pixels.shape[1] - 1)]
    if kernel == "bicubic":
        return opencv_cubic(pixels, height, width)
    halves = down == along == 2
    if (kernel == "area" and down >= 1 and along >= 1) or halves:  # one side that grows is enough for the other way
        return opencv_area(pixels, height, width)
    return opencv_linear(pixels, height, width, kernel == "area")


COEFFICIENT_ONE = 2048  # INTER_RESIZE_COEF_SCALE: weights have eleven bits


def opencv_linear(pixels: np.ndarray, height: int, width: int, area: bool) -> np.ndarray:
    """In fixed point, what is too small for a byte cut off twice. `area`: enlarging, where an old pixel's own area stays flat."""
    rows, down = opencv_taps(pixels.shape[0], height, area)
    columns, along = opencv_taps(pixels.shape[1], width, area)
    for beyond, edge in ((columns < 0, 0), (columns >= pixels.shape[1] - 1, pixels.shape[1] - 1)):
        columns[beyond], along[beyond] = edge, (COEFFICIENT_ONE, 0)
    right = np.minimum(columns + 1, pixels.shape[1] - 1)
    total = np.zeros((height, width, 3), np.int32)
    for tap in (0, 1):
        row = pixels[np.clip(rows + tap, 0, pixels.shape[0] - 1)]
        wide = np.take(row, columns, 1) * along[:, 0, None] + np.take(row, right, 1) * along[:, 1, None]
        total += (wide >> 4) * down[:, tap, None, None] >> 16
    return (total + 2 >> 2).astype(np.uint8)


def opencv_taps(old: int, new: int, area: bool) -> tuple[np.ndarray, np.ndarray]:
    """The first of two old pixels for each new one, and the weights of both, [new, 2]."""
    index, inverse = np.arange(new), new / old
    if area:
        first = np.floor(index * (1 / inverse)).astype(np.int64)
        part = ((index + 1) - (first + 1) * inverse).astype(np.float32)
        part = np.where(part <= 0, np.float32(0), part - np.floor(part))
    else:
        place = ((index + 0.5) * (1 / inverse) - 0.5).astype(np.float32)
        first = np.floor(place).astype(np.int64)
        part = place - np.floor(place)
    return first, np.rint(np.stack([1 - part, part], 1) * np.float32(COEFFICIENT_ONE)).astype(np.int32)


def opencv_area(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The mean of what each new pixel covers, in float32; whole pixels are summed as integers."""
    down, along = pixels.shape[0] // height, pixels.shape[1] // width
    if (down * height, along * width) == pixels.shape[:2]:
        total = pixels.reshape(height, down, width, along, 3).sum((1, 3), dtype=np.int32)
        if down == along == 2:
            return (total + 2 >> 2).astype(np.uint8)
        return to_bytes(total.astype(np.float32) * (np.float32(1) / np.float32(down * along)))
    columns, shares = opencv_cells(pixels.shape[1], width)
    wide = np.zeros((pixels.shape[0], width, 3), np.float32)
    for tap in range(columns.shape[1]):
        wide += np.take(pixels, columns[:, tap], 1) * shares[:, tap, None]
    rows, shares = opencv_cells(pixels.shape[0], height)
    total = np.zeros((height, width, 3), np.float32)
    for tap in range(rows.shape[1]):
        total += wide[rows[:, tap]] * shares[:, tap, None, None]
    return to_bytes(total)


def opencv_cells(old: int, new: int) -> tuple[np.ndarray, np.ndarray]:
    """The old pixels that each new one covers and their shares, both [new, taps]; what is covered by less than a thousandth doesn't count."""
    ratio = 1 / (new / old)
    start, stop = np.arange(new) * ratio, np.arange(new) * ratio + ratio
    cell = np.minimum(ratio, old - start)
    last = np.minimum(np.floor(stop).astype(np.int64), old - 1)
    first = np.minimum(np.ceil(start).astype(np.int64), last)
    pixel = first[:, None] + np.arange(-1, int((last - first).max()) + 1)
    share = np.where((pixel >= first[:, None]) & (pixel < last[:, None]), 1 / cell[:, None], 0)
    share[:, 0] = np.where(first - start > 1e-3, (first - start) / cell, 0)
    end = np.where(stop - last > 1e-3, np.minimum(np.minimum(stop - last, 1), cell) / cell, 0)
    share[np.arange(new), last - first + 1] = end
    return np.clip(pixel, 0, old - 1), share.astype(np.float32)


def opencv_cubic(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """In float64: the wheels from PyPI leave this kernel to Intel's library, which rounds as it likes."""
    rows, down = opencv_cubic_taps(pixels.shape[0], height)
    columns, along = opencv_cubic_taps(pixels.shape[1], width)
    tall = sum(pixels[rows[:, tap]] * down[:, tap, None, None] for tap in range(4))
    return to_bytes(sum(np.take(tall, columns[:, tap], 1) * along[:, tap, None] for tap in range(4)))


def opencv_cubic_taps(old: int, new: int) -> tuple[np.ndarray, np.ndarray]:
    """Four old pixels for each new one and their weights, both [new, 4]; the border's pixel goes on beyond it."""
    place = (np.arange(new) + 0.5) * (old / new) - 0.5
    shift = np.arange(-1, 3)
    distance = np.abs((place - np.floor(place))[:, None] - shift)
    return np.clip(np.floor(place).astype(np.int64)[:, None] + shift, 0, old - 1), keys_kernel(distance)


def keys_kernel(x: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = −0.75, at distances from 0 to 2."""
    a = -0.75
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, far)
