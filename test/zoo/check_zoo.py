"""check_zoo.py ZOO BUNDLES STEP: each bundle against what TensorFlow gave. One JSON line a case: {case, checks: {name: largest difference or text}}.

What traces a whole model takes most of the time, so it runs on every STEP-th case only. Differences are relative to the output's largest magnitude where that passes 1, absolute below.
"""

import importlib.util
import json
import os
import sys
import traceback

import numpy as np
import onnx
import onnxruntime
import torch


def main(zoo, bundles, step):
    counts = json.load(open(os.path.join(zoo, "counts.json")))
    for index, case in enumerate(sorted(os.listdir(bundles))):
        bundle = os.path.join(bundles, case)
        arrays = np.load(os.path.join(zoo, f"{case}.npz"))
        inputs = [arrays[f"input_{index}"] for index in range(sum(name.startswith("input_") for name in arrays))]
        outputs = [arrays[f"output_{index}"] for index in range(sum(name.startswith("output_") for name in arrays))]
        checks = {}
        for name, check in {**CHECKS, **(TRACES if index % int(step) == 0 else {})}.items():
            try:
                checks[name] = check(bundle, inputs, outputs, counts[case])
            except Exception:
                checks[name] = traceback.format_exc()[-1500:]
        print(json.dumps({"case": case, "checks": checks}), flush=True)


def difference(found, expected):
    found = [found] if isinstance(found, (torch.Tensor, np.ndarray)) else list(found)
    if len(found) != len(expected):
        return f"{len(found)} outputs, expected {len(expected)}"
    worst = 0.0
    for left, right in zip(found, expected):
        left = np.asarray(left.detach() if isinstance(left, torch.Tensor) else left)
        if left.shape != right.shape or left.dtype != np.float32:
            return f"{left.dtype} {left.shape}, expected float32 {right.shape}"
        right = right.astype(np.float32)
        if right.size:
            gap = np.abs(left.astype(np.float64) - right).max() / max(1.0, np.abs(right).max())
            worst = max(worst, float("inf") if np.isnan(gap) else float(gap))
    return worst


def load_source(bundle):
    spec = importlib.util.spec_from_file_location("model", os.path.join(bundle, "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load(os.path.join(bundle, "model.safetensors"))


def tensors(inputs, batch=None):
    return [torch.from_numpy(array[:batch]) for array in inputs]


def check_source(bundle, inputs, outputs, _):
    with torch.no_grad():
        return difference(load_source(bundle)(*tensors(inputs)), outputs)


def check_scripted_source(bundle, inputs, outputs, _):
    with torch.no_grad():
        return difference(torch.jit.script(load_source(bundle))(*tensors(inputs)), outputs)


def check_archive(bundle, inputs, outputs, _):
    model = torch.jit.load(os.path.join(bundle, "model.pt"))
    worst = 0.0
    with torch.no_grad():
        for batch in (1, 2, 7):
            found = difference(model(*tensors(inputs, batch)), [output[:batch] for output in outputs])
            if isinstance(found, str):
                return f"batch {batch}: {found}"
            worst = max(worst, found)
        frozen = torch.jit.freeze(model.eval())
        if hasattr(frozen, "layers") or not model.layers(*tensors(inputs)):
            return "freezing keeps the taps, or there are none"
        found = difference(frozen(*tensors(inputs)), outputs)
    return found if isinstance(found, str) else max(worst, found)


def check_autocast(bundle, inputs, outputs, _):
    """Runs under autocast and gives float32; how near is a matter of bfloat16, so only rank and dtype are held."""
    model = torch.jit.load(os.path.join(bundle, "model.pt"))
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        found = difference(model(*tensors(inputs)), outputs)
        source = difference(load_source(bundle)(*tensors(inputs)), outputs)
    return next((value for value in (found, source) if isinstance(value, str)), 0.0)


def check_onnx(bundle, inputs, outputs, _):
    path = os.path.join(bundle, "model.onnx")
    onnx.checker.check_model(path, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    return difference(session.run(None, dict(zip(names, inputs))), outputs)


def check_counts(bundle, _inputs, _outputs, counts):
    model = load_source(bundle)
    moving = sum(value.numel() for name, value in model.named_buffers() if name in model.state_dict() and not name.endswith("num_batches_tracked"))
    parameters = sum(value.numel() for value in model.parameters())
    trainable = sum(value.numel() for value in model.parameters() if value.requires_grad)
    if parameters + moving != counts["parameters"] or trainable != counts["trainable"]:
        return f"{parameters} + {moving} ({trainable} trainable), Keras has {counts['parameters']} ({counts['trainable']} trainable)"
    return 0.0


def check_export(bundle, inputs, outputs, _):
    batch = torch.export.Dim("batch", min=1, max=64)
    model = load_source(bundle)
    program = torch.export.export(model, tuple(tensors(inputs)), dynamic_shapes=tuple({0: batch} for _ in inputs))
    with torch.no_grad():
        return difference(program.module()(*tensors(inputs, 2)), [output[:2] for output in outputs])


def check_compile(bundle, inputs, outputs, _):
    """Captured whole, forward and backward; Inductor's own code generation is torch's to test, and takes a minute a model."""
    model = load_source(bundle)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    found = compiled(*tensors(inputs))
    sum(value.sum() for value in ([found] if isinstance(found, torch.Tensor) else found)).backward() if any(value.requires_grad for value in model.parameters()) else None
    torch._dynamo.reset()
    return difference(found, outputs)


CHECKS = {
    "model.py": check_source,
    "scripted model.py": check_scripted_source,
    "model.pt": check_archive,
    "autocast": check_autocast,
    "model.onnx": check_onnx,
    "parameter count": check_counts,
}
TRACES = {"torch.export": check_export, "torch.compile": check_compile}

if __name__ == "__main__":
    main(*sys.argv[1:])
