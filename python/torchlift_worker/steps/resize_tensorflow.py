"""As `tf.image.resize` without antialias, and as `tf.compat.v1.image.resize` (tensorflow/core/kernels/image/resize_*_op.cc)."""

from __future__ import annotations

import numpy as np


def resize_bilinear(image: np.ndarray, height: int, width: int, half_pixel: bool = True, align_corners: bool = False) -> np.ndarray:
    """float32 [height, width, 3] of [H, W, 3]. `half_pixel`: the pixels' centres lie at ½, as in version 2."""
    top, bottom, down = linear_weights(image.shape[0], height, half_pixel, align_corners)
    left, right, along = linear_weights(image.shape[1], width, half_pixel, align_corners)
    # A row's pixels lie in one piece: along the rows first, and along each only once.
    rows, place = np.unique(np.concatenate([top, bottom]), return_inverse=True)
    used = image[rows].reshape(len(rows), -1)
    wide = between(take_pixels(used, left), take_pixels(used, right), np.repeat(along, 3))
    return between(wide[place[:height]], wide[place[height:]], down[:, None]).reshape(height, width, 3)


def take_pixels(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """float32 [N, 3 · columns] of rows [N, 3 · W]."""
    return np.take(rows, (3 * columns[:, None] + np.arange(3)).ravel(), 1).astype(np.float32)


def between(start: np.ndarray, stop: np.ndarray, share: np.ndarray) -> np.ndarray:
    """start + (stop - start) · share, in the memory of `stop`."""
    stop -= start
    stop *= share
    stop += start
    return stop


def resize_nearest(image: np.ndarray, height: int, width: int, half_pixel: bool = True, align_corners: bool = False) -> np.ndarray:
    """[height, width, 3] of [H, W, 3], of its dtype."""
    rows = nearest_indices(image.shape[0], height, half_pixel, align_corners)
    columns = nearest_indices(image.shape[1], width, half_pixel, align_corners)
    return image[rows][:, columns]


def resize_area(image: np.ndarray, height: int, width: int, align_corners: bool = False) -> np.ndarray:
    """float32 [height, width, 3] of [H, W, 3]: the mean of what each new pixel covers (resize_area_op.cc)."""
    columns, along, wider = area_taps(image.shape[1], width, align_corners)
    wide = np.zeros((image.shape[0], width, 3), np.float32)
    for tap in range(columns.shape[1]):
        wide += np.take(image, columns[:, tap], 1) * along[:, tap, None]
    rows, down, taller = area_taps(image.shape[0], height, align_corners)
    total = np.zeros((height, width, 3), np.float32)
    for tap in range(rows.shape[1]):
        total += wide[rows[:, tap]] * down[:, tap, None, None]
    return total * (np.float32(1) / (taller * wider))


def resize_bicubic(image: np.ndarray, height: int, width: int, half_pixel: bool = True, align_corners: bool = False) -> np.ndarray:
    """float32 [height, width, 3] of [H, W, 3]; the kernel is tabulated in 1024 steps, as TensorFlow's is."""
    rows, down = cubic_weights(image.shape[0], height, half_pixel, align_corners)
    columns, along = cubic_weights(image.shape[1], width, half_pixel, align_corners)
    pixels = image.astype(np.float32)
    tall = pixels[rows[:, 0]] * down[:, 0, None, None]
    for tap in range(1, 4):
        tall = tall + pixels[rows[:, tap]] * down[:, tap, None, None]
    wide = tall[:, columns[:, 0]] * along[None, :, 0, None]
    for tap in range(1, 4):
        wide = wide + tall[:, columns[:, tap]] * along[None, :, tap, None]
    return wide


def places(old: int, new: int, half_pixel: bool, align_corners: bool) -> np.ndarray:
    """Where each new pixel lies among the old ones, in float32 as TensorFlow computes it."""
    ratio = np.float32(old - 1) / np.float32(new - 1) if align_corners and new > 1 else np.float32(old) / np.float32(new)
    index = np.arange(new, dtype=np.float32)
    return (index + np.float32(0.5)) * ratio - np.float32(0.5) if half_pixel else index * ratio


def linear_weights(old: int, new: int, half_pixel: bool, align_corners: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    place = places(old, new, half_pixel, align_corners)
    floor = np.floor(place)
    lower = np.maximum(floor, 0).astype(np.int64)
    upper = np.minimum(np.ceil(place), old - 1).astype(np.int64)
    return lower, upper, place - floor


def nearest_indices(old: int, new: int, half_pixel: bool, align_corners: bool) -> np.ndarray:
    ratio = np.float32(old - 1) / np.float32(new - 1) if align_corners and new > 1 else np.float32(old) / np.float32(new)
    place = (np.arange(new, dtype=np.float32) + np.float32(0.5 if half_pixel else 0)) * ratio
    # C's roundf: halves away from zero.
    index = np.floor(place + np.float32(0.5)) if align_corners else np.floor(place)
    return np.clip(index.astype(np.int64), 0, old - 1)


def area_taps(old: int, new: int, align_corners: bool) -> tuple[np.ndarray, np.ndarray, np.float32]:
    """The old pixels that each new one covers and how much of them, both [new, taps], and how much a new one covers in all."""
    ratio = np.float32(old - 1) / np.float32(new - 1) if align_corners and new > 1 else np.float32(old) / np.float32(new)
    start, stop = np.arange(new, dtype=np.float32) * ratio, np.arange(1, new + 1, dtype=np.float32) * ratio
    first = np.floor(start)
    cells = first[:, None] + np.arange(int((np.ceil(stop) - first).max()), dtype=np.float32)
    start, stop = start[:, None], stop[:, None]
    from_start = np.where(cells + 1 > stop, ratio, cells + 1 - start)
    to_stop = np.where(cells + 1 > stop, stop - cells, np.float32(1))
    covered = np.where(cells < start, from_start, to_stop)
    return np.clip(cells.astype(np.int64), 0, old - 1), np.maximum(covered, np.float32(0)), ratio


CUBIC_STEPS = 1024


def cubic_table(a: float) -> np.ndarray:
    """[1025, 2]: the kernel at i/1024 and at 1 + i/1024, rounded to float32 as TensorFlow tabulates it."""
    x = np.arange(CUBIC_STEPS + 1) / CUBIC_STEPS
    y = x + 1
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * y - 5 * a) * y + 8 * a) * y - 4 * a
    return np.stack([near, far], 1).astype(np.float32)


def cubic_weights(old: int, new: int, half_pixel: bool, align_corners: bool) -> tuple[np.ndarray, np.ndarray]:
    """Four old pixels for each new one, and their weights. Version 2 takes Keys' a = −1/2 and leaves out what lies beyond the border."""
    place = places(old, new, half_pixel, align_corners)
    floor = np.floor(place).astype(np.int64)
    offset = np.rint((place - floor.astype(np.float32)) * np.float32(CUBIC_STEPS)).astype(np.int64)
    table = cubic_table(-0.5 if half_pixel else -0.75)
    weights = np.stack([table[offset, 1], table[offset, 0], table[CUBIC_STEPS - offset, 0], table[CUBIC_STEPS - offset, 1]], 1)
    wanted = floor[:, None] + np.arange(-1, 3)
    indices = np.clip(wanted, 0, old - 1)
    if half_pixel:
        weights = np.where(indices == wanted, weights, np.float32(0))
        total = weights[:, 0] + weights[:, 1] + weights[:, 2] + weights[:, 3]
        weights = weights * (np.float32(1) / total)[:, None]
    return indices, weights


def keep_aspect(old_height: int, old_width: int, height: int, width: int) -> tuple[int, int]:
    """The largest size of the old proportions inside the new one, rounded as `preserve_aspect_ratio` does."""
    ratio = min(np.float32(height) / np.float32(old_height), np.float32(width) / np.float32(old_width))
    return int(np.rint(np.float32(old_height) * ratio)), int(np.rint(np.float32(old_width) * ratio))
