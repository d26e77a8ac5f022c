"""What every peer shares with the gateway's own worker: the allocator's settings, the model, the pipeline, one thread."""

import importlib.util
import os
import sys

sys.path.insert(0, os.environ["TORCHLIFT_PYTHON"])
from torchlift_worker.allocator import keep_freed_memory  # noqa: E402

keep_freed_memory()
import torch  # noqa: E402

torch.set_num_threads(1)


class Model:
    """Images' bytes -> rows of scores."""

    def __init__(self, bundle):
        spec = importlib.util.spec_from_file_location("preprocess", f"{bundle}/preprocess.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.preprocess = module.preprocess
        self.model = torch.jit.freeze(torch.jit.load(f"{bundle}/model.pt").eval())
        torch.jit.set_fusion_strategy([("DYNAMIC", 0)])
        with torch.inference_mode():
            for rows in (1, 1, 8):
                self.model(torch.zeros(rows, *self.preprocess(PROBE.read_bytes()).shape[1:]))

    def __call__(self, images):
        with torch.inference_mode():
            return self.model(torch.cat([self.preprocess(image) for image in images])).tolist()


from pathlib import Path  # noqa: E402

PROBE = Path(os.environ["TORCHLIFT_PYTHON"]) / "torchlift_worker" / "probes" / "cat.jpg"
