"""build_zoo.py FOLDER [short]: every case as `<case>.h5` with `<case>.npz` (input_0 …, output_0 … as real TensorFlow gives them, batch 7)."""

import json
import os
import sys

import numpy as np
import tensorflow as tf
from cases import CASES, LARGE


def main(folder, form="full"):
    os.makedirs(folder, exist_ok=True)
    counts = {}
    for name, build in CASES.items():
        if form == "short" and name in LARGE:
            continue
        if form.startswith("only=") and not name.startswith(form[5:]):
            continue
        tf.keras.backend.clear_session()
        tf.keras.utils.set_random_seed(7)
        model = build()
        disturb(model)
        inputs = [draw(spec, name) for spec in model.inputs]
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        model.save(os.path.join(folder, f"{name}.h5"), include_optimizer=False)
        arrays = {f"input_{index}": array for index, array in enumerate(inputs)}
        arrays.update({f"output_{index}": array for index, array in enumerate(outputs)})
        np.savez(os.path.join(folder, f"{name}.npz"), **arrays)
        counts[name] = {"parameters": model.count_params(), "trainable": int(sum(np.prod(weight.shape) for weight in model.trainable_weights))}
    with open(os.path.join(folder, "counts.json"), "w") as file:
        json.dump(counts, file)


def disturb(model):
    """Weights as after training: moving statistics and scales that differ by channel, so that a mistake in any of them shows."""
    generator = np.random.default_rng(3)
    values = []
    for weight in model.weights:
        value = weight.numpy()
        if "variance" in weight.name or "gamma" in weight.name:
            value = generator.uniform(0.6, 1.6, value.shape).astype(value.dtype) if value.size and "normalization/variance" not in weight.name else value
        elif value.dtype.kind == "f" and value.ndim <= 1:
            value = value + generator.normal(0, 0.1, value.shape).astype(value.dtype)
        values.append(value)
    model.set_weights(values)


def draw(spec, name):
    generator = np.random.default_rng(5)
    shape = (7, *[size or 5 + axis for axis, size in enumerate(spec.shape[1:])])  # free sizes: 5×6
    if spec.dtype == tf.uint8:
        return generator.integers(0, 256, shape).astype(np.uint8)
    scale = 255 if name.startswith("application_") and any(key in name for key in ("MobileNetV3", "EfficientNet", "ConvNeXt", "RegNet", "ResNetRS")) else 1
    return generator.uniform(-1 if scale == 1 else 0, scale, shape).astype(np.float32)


if __name__ == "__main__":
    main(*sys.argv[1:])
