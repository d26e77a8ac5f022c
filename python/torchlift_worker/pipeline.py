"""A bundle's `preprocess.py` as hosts run it: one bad image fails alone, and what decoders warn of is kept with its image."""

import hashlib
import importlib.util
import threading
import warnings
from pathlib import Path

import numpy as np

PROBES = Path(__file__).parent / "probes"


class Pipeline:
    def __init__(self, source):
        """source: path of a `preprocess.py` whose hash the caller has verified."""
        keep_warnings()
        spec = importlib.util.spec_from_file_location("preprocess", source)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)

    def row(self, data):
        """One row of an image's bytes, as the model takes it; raises whatever its decoder raises."""
        return self.module.preprocess(data).numpy()

    def rows(self, images, each=map):
        """The rows of those images that could be read, in their order, and for each image {error} or {flags}. each: as `map`."""
        return attempt_each(self.row, images, each)

    def decoder(self, name):
        """bytes -> uint8 [H, W, 3], by the decoder of the pipeline, which is named."""
        return getattr(self.module, f"decode_{name}")

    def probe(self):
        """What the pipeline makes of the shipped images, as hashes of the rows, by file name."""
        paths = sorted(path for path in PROBES.iterdir() if path.suffix != ".md")
        return {path.name: hashlib.sha256(np.ascontiguousarray(self.row(path.read_bytes())).tobytes()).hexdigest() for path in paths}


def attempt_each(function, images, each=map):
    """What a function gives of those images' bytes that it takes, in their order, and for each image {error} or {flags}."""
    results = list(each(lambda image: attempt(lambda: function(bytes(image))), images))
    return [result for result, _ in results if result is not None], [report for _, report in results]


def attempt(action):
    """(what it gives, {flags}) or (None, {error})."""
    flags.found = []
    try:
        result = action()
    except Exception as error:  # one bad image fails alone, whatever a decoder throws
        return None, {"error": f"{error}" or type(error).__name__}
    return result, {"flags": sorted(set(flags.found))}


# What Pillow and the decoders warn of. `warnings.catch_warnings` holds for the whole process, these hold for the image of their thread.
flags = threading.local()


def keep_warnings():
    warnings.simplefilter("always")
    warnings.showwarning = note


def note(message, *_, **__):
    if hasattr(flags, "found"):
        flags.found.append(str(message))
