"""As `tf.image.resize` where it goes through ScaleAndTranslate: antialiased, and the kernels that version 1 hadn't. Bit for bit: every sum in
float32 and in the order of tensorflow/core/kernels/image/scale_and_translate_op.cc, the kernels of sampling_kernels.h."""

from __future__ import annotations

import numpy as np


def resize_sampled(image: np.ndarray, kernel: str, height: int, width: int, antialias: bool = False) -> np.ndarray:
    """float32 [height, width, 3] of [H, W, 3]. `antialias`: a side that shrinks widens the kernel as much."""
    tall = sum_spans(image, *sampling_spans(image.shape[0], height, kernel, antialias))
    wide = sum_spans(tall.transpose(1, 0, 2), *sampling_spans(image.shape[1], width, kernel, antialias))
    return np.ascontiguousarray(wide.transpose(1, 0, 2))


def sum_spans(image: np.ndarray, starts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """float32 [new, W, 3] of [old, W, 3]. One row after the other, whose span stays in the processor's cache."""
    rows = np.ascontiguousarray(image.reshape(len(image), -1), dtype=np.float32)
    total = np.empty((len(starts), rows.shape[1]), np.float32)
    products = np.empty((weights.shape[1], rows.shape[1]), np.float32)
    for index, start in enumerate(starts):
        span = rows[start : start + weights.shape[1]]
        np.multiply(span, weights[index, : len(span), None], out=products[: len(span)])
        np.add.reduce(products[: len(span)], 0, out=total[index])  # along the slow axis: in order
    return total.reshape(len(starts), *image.shape[1:])


def sampling_spans(old: int, new: int, kernel: str, antialias: bool) -> tuple[np.ndarray, np.ndarray]:
    """The first old pixel that each new one looks at, [new], and the weights from there on, [new, taps]; behind the span they are 0."""
    radius, curve = SAMPLING_KERNELS[kernel]
    one, half = np.float32(1), np.float32(0.5)
    ratio = one / (np.float32(new) / np.float32(old))  # rounded twice: the operation is told the inverse
    stretch = np.maximum(ratio, one) if antialias else one
    reach = np.float32(radius) * stretch
    place = (np.arange(new, dtype=np.float32) + half) * ratio
    start = np.clip(np.ceil(place - reach - half).astype(np.int64), 0, old - 1)
    last = np.clip(np.floor(place + reach - half).astype(np.int64), 0, old - 1)
    pixel = start[:, None] + np.arange(min(2 * int(np.ceil(reach)) + 1, old))
    distance = np.abs((pixel.astype(np.float32) + half - place[:, None]) * (one / stretch))
    weights = np.where(pixel <= last[:, None], curve(distance), np.float32(0))
    return start, weights * (one / np.add.accumulate(weights, 1)[:, -1:])


def triangle_kernel(x: np.ndarray) -> np.ndarray:
    return np.maximum(1 - x, np.float32(0))


def keys_cubic_kernel(x: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = −½."""
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, np.float32(0)))


def mitchell_cubic_kernel(x: np.ndarray) -> np.ndarray:
    near = ((np.float32(7 / 6) * x - 2) * x) * x + np.float32(8 / 9)
    far = ((np.float32(-7 / 18) * x + 2) * x - np.float32(10 / 3)) * x + np.float32(16 / 9)
    return np.where(x < 1, near, np.where(x < 2, far, np.float32(0)))


def gaussian_kernel(x: np.ndarray) -> np.ndarray:
    """σ = ½; the power in float64, as C++ promotes it."""
    return np.where(x < 1.5, np.exp((-x * x).astype(np.float64) / 0.5).astype(np.float32), np.float32(0))


def lanczos_kernel(x: np.ndarray, radius: int) -> np.ndarray:
    """radius · sin(πx) · sin(πx / radius) / π²x²"""
    pi, least = np.float32(np.pi), np.float32(1e-3)
    far = np.maximum(x, least)
    value = radius * sine(pi * far) * sine(pi * far / radius) / (pi * pi * far * far)
    return np.where(x < least, np.float32(1), np.where(x > radius, np.float32(0), value))


SINE_POWERS = (-0.16666654943701084, 0.008332178146138854, -0.00019517298981385725)  # of x³, x⁵, x⁷
COSINE_POWERS = (-0.49999999725108224, 0.041666623324344516, -0.001388676379437604, 2.4390450703564542e-05)  # of x², x⁴, x⁶, x⁸


def sine(angle: np.ndarray) -> np.ndarray:
    """As the C library's sinf (glibc's since 2.28), polynomials in float64: one in a hundred isn't the float32 nearest to the sine."""
    x = angle.astype(np.float64)
    quarter = np.floor(x * (2 / np.pi) + 0.5)
    x = x - quarter * (np.pi / 2)
    square = x * x
    a, b, c = SINE_POWERS
    flat = (x + x * square * a) + x * square * square * (b + square * c)
    a, b, c, d = COSINE_POWERS
    steep = ((1 + square * a) + square * square * b) + square * square * square * (c + square * d)
    value = np.where(quarter % 2 == 0, flat, steep)
    return np.where(quarter % 4 < 2, value, -value).astype(np.float32)


SAMPLING_KERNELS = {
    "bilinear": (1, triangle_kernel),
    "bicubic": (2, keys_cubic_kernel),
    "lanczos3": (3, lambda x: lanczos_kernel(x, 3)),
    "lanczos5": (5, lambda x: lanczos_kernel(x, 5)),
    "gaussian": (1.5, gaussian_kernel),
    "mitchellcubic": (2, mitchell_cubic_kernel),
}
