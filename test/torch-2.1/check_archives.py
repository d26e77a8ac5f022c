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
        checks["taps"] = check_taps(os.path.join(bundles, case), inputs)
        print(json.dumps({"case": case, "checks": checks}), flush=True)


def check_taps(bundle, inputs):
    """Every position that the manifest names is there, and freezing drops the method."""
    with open(os.path.join(bundle, "manifest.json")) as file:
        served = [call["served"] for call in json.load(file)["calls"]]
    with torch.no_grad():
        count = len(load_archive(bundle).layers(*inputs))
    expected = sum(place is not None and "tap" in place for place in served)
    if count != expected or hasattr(torch.jit.freeze(load_archive(bundle).eval()), "layers"):
        return f"{count} taps of {expected}, or freezing keeps them"
    return 0.0


def load_archive(bundle):
    return torch.jit.load(os.path.join(bundle, "model.pt"))


def load_source(bundle):
    spec = importlib.util.spec_from_file_location("model", os.path.join(bundle, "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load(os.path.join(bundle, "model.safetensors"))


if __name__ == "__main__":
    main(*sys.argv[1:])
