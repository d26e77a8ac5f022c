"""Many pipelines over the same images: what they have in common is done once."""

import hashlib
from collections import OrderedDict

import numpy as np

from torchlift_worker.steps.run_steps import VALUES, run_step


class SharedFrames:
    """Frames by what they were made of: two ways to the same pixels (another decoder of a PNG, an orientation that turns nothing) are one from
    there on. The least recently used are forgotten."""

    def __init__(self, limit_bytes):
        self.limit_bytes = limit_bytes
        self.held_bytes = 0
        self.frames = OrderedDict()

    def row(self, data, steps, height, width):
        """float32 [H, W, 3] of an image's bytes by these steps, and a key that equal rows share."""
        frame, key = None, hashlib.sha1(data).hexdigest()
        file = key
        for index, step in enumerate(steps):
            if step["step"] in VALUES:  # quick, and as large as what they change
                for value in steps[index:]:
                    frame = run_step(frame, data, value, height, width)
                break
            # Turning a frame needs its file too.
            name = (key, repr(step), height, width, file if step["step"] == "orient" else None)
            frame, key = self.frame(name, lambda frame=frame, step=step: run_step(frame, data, step, height, width))
        row = np.ascontiguousarray(frame, dtype=np.float32)
        return row, key_of(row)

    def frame(self, name, make):
        """What `make` gives, or gave, and its key."""
        if name in self.frames:
            self.frames.move_to_end(name)
            return self.frames[name]
        frame = np.ascontiguousarray(make())
        self.frames[name] = frame, key_of(frame)
        self.held_bytes += frame.nbytes
        while self.held_bytes > self.limit_bytes and len(self.frames) > 1:
            self.held_bytes -= self.frames.popitem(last=False)[1][0].nbytes
        return self.frames[name]


def key_of(frame):
    digest = hashlib.sha1(repr((frame.shape, frame.dtype)).encode())
    digest.update(frame)
    return digest.hexdigest()
