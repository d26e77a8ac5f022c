"""build_h5.py MODEL_JSON H5: a tfjs layers model as the `.h5` that its training run would have left in TensorFlow, Adam state included."""

import json
import os
import sys

import numpy as np
import tensorflow as tf


def main(model_json, h5):
    with open(model_json) as file:
        saved = json.load(file)
    model = tf.keras.models.model_from_json(json.dumps(saved["modelTopology"]["model_config"]))
    values = read_weights(os.path.dirname(model_json), saved["weightsManifest"])
    weights = [values[weight.name.split(":")[0]] for weight in model.weights]
    model.set_weights(weights)

    # One step, so that the optimizer's slots hold what a gradient leaves; the weights themselves go back to the trained ones.
    model.compile(tf.keras.optimizers.Adam(1e-5), "categorical_crossentropy")
    size = model.input_shape[1]
    generator = np.random.default_rng(0)
    model.train_on_batch(generator.random((2, size, size, 3), np.float32), np.eye(model.output_shape[-1], dtype=np.float32)[:2])
    model.set_weights(weights)

    partial = f"{h5}.partial"
    model.save(partial, save_format="h5")
    os.replace(partial, h5)
    print(f"wrote {os.path.basename(h5)}: {os.path.getsize(h5) / 1e6:.1f} MB, TensorFlow {tf.__version__}")


def read_weights(folder, manifest):
    """{name: float32 array}. A quantised element is q * scale + min, in double, rounded once, as TensorFlow.js computes it."""
    values = {}
    for group in manifest:
        data = b"".join(open(os.path.join(folder, path), "rb").read() for path in group["paths"])
        offset = 0
        for weight in group["weights"]:
            quantization = weight.get("quantization")
            dtype = np.dtype(quantization["dtype"] if quantization else weight["dtype"])
            flat = np.frombuffer(data, dtype, int(np.prod(weight["shape"])), offset)
            offset += flat.nbytes
            if quantization:
                flat = (flat.astype(np.float64) * quantization["scale"] + quantization["min"]).astype(np.float32)
            values[weight["name"]] = flat.reshape(weight["shape"])
    return values


if __name__ == "__main__":
    main(*sys.argv[1:])
