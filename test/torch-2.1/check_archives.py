"""check_archives.py ZOO BUNDLES: every model.pt and model.py in this torch against what TensorFlow gave. One JSON line a case."""

import importlib.util
import json
import os
import sys
import traceback

import numpy as np
import torch


def main(zoo, bundles):
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for case in sorted(os.listdir(bundles)):
        arrays = np.load(os.path.join(zoo, f"{case}.npz"))
        inputs = [torch.from_numpy(arrays[name]) for name in sorted(arrays) if name.startswith("input_")]
        outputs = [arrays[name] for name in sorted(arrays) if name.startswith("output_")]
        checks = {}
        for name, load in (("model.pt", load_archive), ("model.py", load_source)):
            try:
                with torch.no_grad():
                    found = load(os.path.join(bundles, case))(*inputs)
                found = [found] if isinstance(found, torch.Tensor) else found
                checks[name] = max(float(np.abs(left.numpy() - right).max() / max(1, np.abs(right).max())) for left, right in zip(found, outputs))
            except Exception:
                checks[name] = traceback.format_exc()[-600:]
        print(json.dumps({"case": case, "checks": checks}), flush=True)


def load_archive(bundle):
    return torch.jit.load(os.path.join(bundle, "model.pt"))


def load_source(bundle):
    spec = importlib.util.spec_from_file_location("model", os.path.join(bundle, "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load(os.path.join(bundle, "model.safetensors"))


if __name__ == "__main__":
    main(*sys.argv[1:])
