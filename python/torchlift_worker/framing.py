"""Frames on a stream socket: 4 bytes of header length (little endian), a JSON header, then the tensors' raw bytes.

The header's "tensors" lists {name, dtype, shape} of what follows, in order; sizes follow from them. Tensors are never pickled and
never JSON numbers, so NaN and Infinity survive. src/engines/framing.ts is the other end.
"""

import json
import math
import struct

import numpy as np

MAX_HEADER_BYTES = 1 << 24
MAX_TENSOR_BYTES = 1 << 32
SMALL_BYTES = 1 << 16
DTYPES = {"float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"}


class FrameError(Exception):
    """The peer broke the protocol; the connection can't go on."""


def read_frame(connection):
    """The next frame as (header, arrays), or None at the end of the stream."""
    prefix = read_exactly(connection, 4, optional=True)
    if prefix is None:
        return None
    (length,) = struct.unpack("<I", prefix)
    if length > MAX_HEADER_BYTES:
        raise FrameError(f"header of {length} bytes, at most {MAX_HEADER_BYTES}")
    header = json.loads(bytes(read_exactly(connection, length)))
    return header, [read_array(connection, **tensor) for tensor in header.get("tensors", [])]


def read_array(connection, dtype, shape, name=""):
    if dtype not in DTYPES or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise FrameError(f"tensor {name!r} is {dtype} {shape}")
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > MAX_TENSOR_BYTES:
        raise FrameError(f"tensor {name!r} of {size} bytes, at most {MAX_TENSOR_BYTES}")
    return np.frombuffer(read_exactly(connection, size), dtype=dtype).reshape(shape)


def read_exactly(connection, size, optional=False):
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        count = connection.recv_into(view[done:])
        if count == 0:
            if optional and done == 0:
                return None
            raise FrameError(f"stream ended after {done} of {size} bytes")
        done += count
    return data


def write_frame(connection, header, arrays=()):
    """arrays: (name, numpy array) pairs."""
    arrays = [(name, np.ascontiguousarray(array)) for name, array in arrays]
    tensors = [{"name": name, "dtype": array.dtype.name, "shape": list(array.shape)} for name, array in arrays]
    text = json.dumps({**header, "tensors": tensors}).encode()
    head = struct.pack("<I", len(text)) + text
    parts = [memoryview(array).cast("B") for _, array in arrays if array.size]
    if sum(map(len, parts)) <= SMALL_BYTES:  # in one system call, so that the other end wakes up once
        connection.sendall(b"".join([head, *parts]))
        return
    connection.sendall(head)
    for part in parts:
        connection.sendall(part)
