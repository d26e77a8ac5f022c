"""check_steps.py STEPS BUNDLES: the same SGD step in PyTorch on the emitted source. One JSON line a case: {case, checks: {name: largest difference}}."""

import importlib.util
import json
import os
import sys
import traceback

import numpy as np
import torch
from safetensors.torch import load_file

LEARNING_RATE = 0.1


def main(steps, bundles):
    for name in sorted({file.split(".")[0] for file in os.listdir(steps) if file.endswith(".npz")}):
        try:
            checks = step(np.load(os.path.join(steps, f"{name}.npz")), os.path.join(bundles, name))
        except Exception:
            checks = {"step": traceback.format_exc()[-1500:]}
        print(json.dumps({"case": name, "checks": checks}), flush=True)


def step(arrays, bundles):
    model = load_source(f"{bundles}.before")
    after = load_file(os.path.join(f"{bundles}.after", "model.safetensors"))
    gradients = load_file(os.path.join(f"{bundles}.gradients", "model.safetensors"))
    inputs = [torch.from_numpy(arrays[name]) for name in sorted(arrays) if name.startswith("input_")]
    model.train()
    optimizer = torch.optim.SGD([value for value in model.parameters() if value.requires_grad], LEARNING_RATE)
    output = model(*inputs)
    torch.mean(torch.square(output - torch.from_numpy(arrays["target"]))).backward()
    checks = {"output": gap(output, torch.from_numpy(arrays["output"]))}
    for key, value in model.named_parameters():
        if value.requires_grad != (value.grad is not None):
            checks[f"gradient {key}"] = f"requires_grad {value.requires_grad}, gradient {value.grad is not None}"
        elif value.grad is not None:
            checks[f"gradient {key}"] = gap(value.grad, gradients[key])
    optimizer.step()
    state = model.state_dict()
    for key, value in after.items():
        checks[f"after {key}"] = gap(state[key], value)
    return checks


def gap(found, expected):
    return float((found.detach() - expected).abs().max()) if found.numel() else 0.0


def load_source(bundle):
    spec = importlib.util.spec_from_file_location("model", os.path.join(bundle, "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load(os.path.join(bundle, "model.safetensors"))


if __name__ == "__main__":
    main(*sys.argv[1:])
