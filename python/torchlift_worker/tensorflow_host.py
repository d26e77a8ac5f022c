"""Runs the original Keras model in TensorFlow. Runs on Python 3.8+ and TensorFlow 2.10+."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # Keras 3 reads legacy .h5 files differently, from TensorFlow 2.16 on

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from torchlift_worker.answering import answer  # noqa: E402
from torchlift_worker.keras_calls import layer_places, record_calls  # noqa: E402
from torchlift_worker.measuring import measure  # noqa: E402
from torchlift_worker.no_device import NoDevice  # noqa: E402
from torchlift_worker.tensorflow_pipeline import prepare  # noqa: E402


class TensorFlowHost:
    METHODS = ("run", "answer", "measure", "prepare", "layers", "layer")

    def __init__(self, model, threads=None, device="auto"):
        """model: path of a Keras `.h5`. It is the user's own, already in production; Lambda layers in it run as they do there.
        device: "cpu", "cuda", or "auto", which is the GPU where TensorFlow finds one."""
        if threads:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
        gpus = tf.config.list_physical_devices("GPU")
        if device == "cuda" and not gpus:
            raise NoDevice(f"tensorflow {tf.__version__} finds no GPU")
        if device == "cpu":
            tf.config.set_visible_devices([], "GPU")
        self.device = "cuda" if gpus and device != "cpu" else "cpu"
        self.model = tf.keras.models.load_model(model, custom_objects=stock_layers(), compile=False)
        self.function = tf.function(lambda inputs: self.model(inputs, training=False))
        # Of any number of rows, as Keras takes them, even where the model was saved with one.
        self.specs = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in self.model.inputs]
        self.traced = tf.function(lambda *inputs: self.model(list(inputs) if len(inputs) > 1 else inputs[0], training=False), self.specs)
        self.version = tf.__version__
        self.taps = []

    def run(self, arrays, call="traced"):
        """call: "predict", as the production code calls it, the whole request one batch; "function", a tf.function around the model, traced anew for
        every shape; "traced", traced once for all of them. `predict` makes a dataset of every request, and some of its memory stays: 0.2 MB each."""
        inputs = arrays[0] if len(arrays) == 1 else list(arrays)
        if call == "predict":
            outputs = self.model.predict(inputs, batch_size=max(1, len(arrays[0])), verbose=0)
        elif call == "traced":
            check_shapes(self.specs, arrays)
            outputs = self.traced(*[tf.constant(array, spec.dtype) for array, spec in zip(arrays, self.specs)])
        elif call == "function":
            outputs = self.function(tf.nest.map_structure(tf.constant, inputs))
        else:
            raise ValueError(f"unknown call {call!r}")
        return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])], {}

    def answer(self, arrays, requests):
        """Several requests in one batch (answering.py)."""
        return answer(arrays, requests, None, lambda inputs: self.run(inputs)[0])

    def measure(self, arrays, iterations, call="predict"):
        """Milliseconds of each of so many runs, float64."""
        return [measure(lambda: self.run(arrays, call), iterations)], {}

    def prepare(self, arrays, steps, height, width):
        """Rows float32 [H, W, 3] that TensorFlow's own operations make of images: of their bytes where the first step is to decode, else of decoded
        pixels [H, W, 3]. For each image {pixels}, the sha256 of what the steps behind the decoder are given, or {error}."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda array: prepare(array, steps, height, width), arrays))
        return [row for row, _ in results if row is not None], {"images": [report for _, report in results]}

    def layers(self, arrays):
        """What every call of a layer gives, in order: {calls: [{paths, index, className, dtype}]}. The tensors wait for `layer`."""
        inputs = [tf.constant(array) for array in arrays]
        places = layer_places(self.model)
        calls = record_calls(self.model, inputs[0] if len(inputs) == 1 else inputs)
        self.taps = [np.asarray(output) for _, _, output in calls]
        return [], {
            "calls": [
                {"paths": places[id(layer)], "index": index, "className": type(layer).__name__, "dtype": tap.dtype.name}
                for (layer, index, _), tap in zip(calls, self.taps)
            ]
        }

    def layer(self, arrays, position):
        """The tensor of one call of the last `layers`, as float32 or, where that isn't exact, float64; it is forgotten then."""
        tap, self.taps[position] = self.taps[position], None
        return [tap.astype(np.result_type(tap.dtype, np.float32), copy=False)], {}


def check_shapes(specs, arrays):
    """TensorFlow's own words are a page of values."""
    expected, found = [[spec.shape.as_list() for spec in specs], [list(array.shape) for array in arrays]]
    if len(specs) != len(arrays) or not all(spec.shape.is_compatible_with(array.shape) for spec, array in zip(specs, arrays)):
        raise ValueError(f"expected shapes {expected}, found {found}")


def stock_layers():
    """The layers that keras.applications defines and Keras doesn't know by name when it loads a model of its own: ConvNeXt's."""
    backbone = getattr(tf.keras.applications, "convnext", None)
    module = sys.modules[backbone.ConvNeXtTiny.__module__] if backbone else None
    return {name: getattr(module, name) for name in ("LayerScale", "StochasticDepth") if hasattr(module, name)}
