"""Runs pipelines in front of a model: a bundle's `preprocess.py`, or steps given as data. Has no model."""

import hashlib
import importlib.util
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from torchlift_worker.shared_frames import SharedFrames

PROBES = Path(__file__).parent / "probes"
SHARED_BYTES = 256_000_000  # the frames of one large photo, or of a score of small ones


class PreprocessHost:
    METHODS = ("run", "decode", "pixels", "variants", "probe")

    def __init__(self, model=None, threads=None, device="cpu"):
        """model: path of a `preprocess.py` whose hash the caller has verified; None where only `variants` is asked for."""
        self.version = np.__version__
        warnings.simplefilter("always")
        warnings.showwarning = note
        self.pool = ThreadPoolExecutor(threads or 1)
        self.shared = SharedFrames(SHARED_BYTES)
        self.preprocess = self.module = None
        if model is not None:
            spec = importlib.util.spec_from_file_location("preprocess", model)
            self.module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self.module)
            self.preprocess = self.module.preprocess

    def run(self, images):
        """Rows of the images that could be read, in their order, and for each image {error} or {flags}."""
        return self.each(images, lambda data: self.preprocess(data).numpy())

    def decode(self, images, decoder):
        """The images' pixels, uint8 [H, W, 3], by the decoder of the pipeline, which is named."""
        return self.each(images, getattr(self.module, f"decode_{decoder}"))

    def pixels(self, images, decoder):
        """For each image {pixels}, the sha256 of what `decode` gives, or {error}."""
        decode = getattr(self.module, f"decode_{decoder}")
        hashes, report = self.each(images, lambda data: hashlib.sha256(np.ascontiguousarray(decode(data))).hexdigest())
        return [], {"images": [each if "error" in each else {"pixels": hashes.pop(0)} for each in report["images"]]}

    def each(self, images, function):
        """What a function gives of those images' bytes that it takes, in their order, and for each image {error} or {flags}."""
        results = list(self.pool.map(lambda image: attempt(lambda: function(bytes(image))), images))
        return [result for result, _ in results if result is not None], {"images": [report for _, report in results]}

    def variants(self, images, pipelines, height, width):
        """One image under several lists of steps. For each of these {key} or {error}; the rows in the order of their keys, each once."""
        (image,) = images
        data, rows, reports = bytes(image), {}, []
        for steps in pipelines:
            prepared, report = attempt(lambda steps=steps: self.shared.row(data, steps, height, width))
            if prepared is not None:
                row, key = prepared
                rows.setdefault(key, row)
                report = {"key": key}
            reports.append(report)
        return list(rows.values()), {"images": reports}

    def probe(self, _):
        """What the pipeline makes of the shipped images, as hashes of the float32 rows."""
        hashes = {}
        for path in sorted(path for path in PROBES.iterdir() if path.suffix != ".md"):
            row = np.ascontiguousarray(self.preprocess(path.read_bytes()).numpy())
            hashes[path.name] = hashlib.sha256(row.tobytes()).hexdigest()
        return [], {"probes": hashes}


def attempt(action):
    flags.found = []
    try:
        row = action()
    except Exception as error:  # one bad image fails alone, whatever a decoder throws
        return None, {"error": f"{error}" or type(error).__name__}
    return row, {"flags": sorted(set(flags.found))}


# What Pillow and the decoders warn of. `warnings.catch_warnings` holds for the whole process, these hold for the image of their thread.
flags = threading.local()


def note(message, *_, **__):
    if hasattr(flags, "found"):
        flags.found.append(str(message))
