"""Runs pipelines in front of a model: a bundle's `preprocess.py`, or steps given as data. Has no model."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from torchlift_worker.pipeline import Pipeline, attempt, attempt_each, keep_warnings
from torchlift_worker.shared_frames import SharedFrames

SHARED_BYTES = 256_000_000  # the frames of one large photo, or of a score of small ones


class PreprocessHost:
    METHODS = ("run", "decode", "pixels", "variants", "probe")

    def __init__(self, model=None, threads=None, device="cpu"):
        """model: path of a `preprocess.py` whose hash the caller has verified; None where only `variants` is asked for."""
        self.version = np.__version__
        self.pool = ThreadPoolExecutor(threads or 1)
        self.shared = SharedFrames(SHARED_BYTES)
        keep_warnings()
        self.pipeline = None if model is None else Pipeline(model)

    def run(self, images):
        """Rows of the images that could be read, in their order, and for each image {error} or {flags}."""
        rows, reports = self.pipeline.rows(images, self.pool.map)
        return rows, {"images": reports}

    def decode(self, images, decoder):
        """The images' pixels, uint8 [H, W, 3], by the decoder of the pipeline, which is named."""
        pixels, reports = attempt_each(self.pipeline.decoder(decoder), images, self.pool.map)
        return pixels, {"images": reports}

    def pixels(self, images, decoder):
        """For each image {pixels}, the sha256 of what `decode` gives, or {error}."""
        decode = self.pipeline.decoder(decoder)
        hashes, reports = attempt_each(lambda data: hashlib.sha256(np.ascontiguousarray(decode(data))).hexdigest(), images, self.pool.map)
        found = iter(hashes)
        return [], {"images": [report if "error" in report else {"pixels": next(found)} for report in reports]}

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
        return [], {"probes": self.pipeline.probe()}
