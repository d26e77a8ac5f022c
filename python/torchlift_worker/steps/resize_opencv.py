"""As `cv2.resize` of uint8, within one step of 255: OpenCV computes in fixed point."""

from __future__ import annotations

import numpy as np

from torchlift_worker.steps.reencode import to_bytes


def resize_opencv(image: np.ndarray, kernel: str, height: int, width: int) -> np.ndarray:
    """uint8 [height, width, 3]. No kernel but `area` looks further when it shrinks."""
    pixels = to_bytes(image).astype(np.float64)
    if kernel == "area" and (height > image.shape[0] or width > image.shape[1]):
        kernel = "area-enlarged"  # one side that grows is enough
    rows, columns = opencv_weights(image.shape[0], height, kernel), opencv_weights(image.shape[1], width, kernel)
    wide = np.tensordot(columns, pixels, (1, 1))  # [width, H, 3]
    return to_bytes(np.ascontiguousarray(np.tensordot(rows, wide, (1, 1))))  # [height, width, 3]


def opencv_weights(old: int, new: int, kernel: str) -> np.ndarray:
    """[new, old]: the share of each old pixel; the border's pixel goes on beyond it."""
    ratio = old / new
    weights = np.zeros((new, old))
    if kernel == "nearest":
        weights[np.arange(new), np.minimum((np.arange(new) * ratio).astype(int), old - 1)] = 1
        return weights
    if kernel == "area":
        start, stop = np.arange(new) * ratio, (np.arange(new) + 1) * ratio
        cells = np.arange(old)
        covered = np.minimum(cells + 1, stop[:, None]) - np.maximum(cells, start[:, None])
        return np.maximum(covered, 0) / ratio
    place = (np.arange(new) + 0.5) * ratio - 0.5
    floor = np.floor(place).astype(int)
    part = place - floor
    if kernel == "bicubic":
        taps = [(shift, keys_kernel(np.abs(part - shift))) for shift in (-1, 0, 1, 2)]
    else:
        if kernel == "area-enlarged":  # resize.cpp: an old pixel's own area stays flat, only its border is blended
            floor = np.floor(np.arange(new) * ratio).astype(int)
            part = np.arange(1, new + 1) - (floor + 1) / ratio
            part = np.where(part <= 0, 0, part - np.floor(part))
        taps = [(0, 1 - part), (1, part)]
    for shift, share in taps:
        np.add.at(weights, (np.arange(new), np.clip(floor + shift, 0, old - 1)), share)
    return weights


def keys_kernel(x: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = −0.75, at distances from 0 to 2."""
    a = -0.75
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, far)
