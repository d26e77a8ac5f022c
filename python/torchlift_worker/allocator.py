"""Keeps freed memory with the process. glibc's default returns large blocks to the system after every call and faults them in again at
the next, which costs more than the convolutions do. Must run before the framework is imported."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # malloc.h of glibc


def keep_freed_memory():
    """True where it was done (glibc), False elsewhere."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    settings = ((M_MMAP_THRESHOLD, 1 << 30), (M_TRIM_THRESHOLD, (1 << 31) - 1), (M_TOP_PAD, 1 << 28))
    return all([mallopt(parameter, value) == 1 for parameter, value in settings])
