"""Runs a TorchScript model."""

from torchlift_worker.allocator import keep_freed_memory

keep_freed_memory()

import numpy as np  # noqa: E402
import torch  # noqa: E402


class TorchHost:
    METHODS = ("run",)

    def __init__(self, model, threads=None):
        """model: path of a TorchScript archive whose hash the caller has verified."""
        if threads:
            torch.set_num_threads(threads)
        self.model = torch.jit.freeze(torch.jit.load(model, map_location="cpu").eval())
        # Shapes differ between calls; the profiling executor would specialise and compile anew for each.
        torch.jit.set_fusion_strategy([("DYNAMIC", 0)])
        self.version = torch.__version__

    def run(self, arrays, precision="fp32"):
        """The inputs in the model's order; the outputs come back in its order, float32 as the bundle promises.
        precision: "fp32", as the file is, or "autocast", to bfloat16."""
        inputs = [torch.from_numpy(array) for array in arrays]
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "autocast"):
            outputs = self.model(*inputs)
        if isinstance(outputs, torch.Tensor):
            outputs = [outputs]
        return [np.asarray(output) for output in outputs], {}
