"""keras_layers.py FOLDER: what TensorFlow computes for each Keras layer and option, as JSON for the unit tests of src/compiler/keras/layers.

Run with TensorFlow 2.10 to 2.15 and tf.keras of Keras 2. Inputs and weights aren't stored: both sides draw them from `draw`, whose
numbers are exact in float32; only the outputs are stored (base64, little-endian float32).
"""

import base64
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers as L

BATCH = 2
FREE = 5  # what a size that the model leaves free is here
IGNORED = ("_initializer", "_regularizer", "_constraint")


def draw(seed, shape):
    """Multiples of 1/128 in [-2, 2); `drawNumbers` in TypeScript is the same."""
    count = int(np.prod(shape)) if len(shape) else 1
    index = np.arange(count, dtype=np.int64) + 1
    return (
        (
            ((index * index * 31 + index * 17 * (seed + 1) + seed * 101) % 509) / 128.0
            - 2.0
        ).astype(np.float32)
    ).reshape(shape)


def weight_value(position, weight):
    """Variances and counts are positive; kernels small enough for sums to stay readable."""
    shape = tuple(weight.shape)
    if weight.dtype == tf.int64:
        return np.full(shape, 7, np.int64)
    value = draw(1000 + position, shape)
    if "variance" in weight.name:
        return value + np.float32(2.25)
    return value * np.float32(0.25)


def input_value(position, spec):
    shape = (BATCH,) + tuple(FREE if size is None else size for size in spec.shape[1:])
    value = draw(position, shape)
    if spec.dtype == tf.float32:
        return value
    return ((value + 2) * 63).astype(spec.dtype.as_numpy_dtype)


def clean(config):
    """The config as the layers read it: what only training needs is gone, `axis` of one entry is an integer."""
    result = {}
    for key, value in config.items():
        if key.endswith(IGNORED) or key in (
            "name",
            "trainable",
            "activity_regularizer",
            "dtype",
            "seed",
            "batch_input_shape",
        ):
            continue
        if key == "axis" and isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
        if key == "activation" and isinstance(value, str):
            value = value.removesuffix("_v2")
        if key == "data_format" and value is None:
            value = "channels_last"
        result[key] = value
    return json.loads(json.dumps(result, default=json_type))


def json_type(value):
    from keras.saving.saved_model import json_utils  # Keras 2.10

    return json_utils.get_json_type(value)


def arguments(layer, model):
    """`first` and the other arguments of the layer's call, tensors as {"input": index}."""
    data = json.loads(json.dumps(model.get_config(), default=json_type))
    names = [tensor.name for tensor in model.inputs]
    entry = next(item for item in data["layers"] if item["name"] == layer.name)
    (node,) = entry["inbound_nodes"]

    def leaf(value):
        return (
            isinstance(value, list)
            and len(value) in (3, 4)
            and isinstance(value[0], str)
        )

    others = {}

    def first(value):
        if leaf(value):
            others.update(value[3] if len(value) == 4 else {})
            return (
                value[2]
                if value[0] == "_CONSTANT_VALUE"
                else {"input": names.index(value[0])}
            )
        items = [first(item) for item in value]
        return items[0] if len(items) == 1 else items

    def other(value):
        if leaf(value) and value[0] in names:
            return {"input": names.index(value[0])}
        if isinstance(value, list):
            return [other(item) for item in value]
        return value

    return first(node), {
        key: other(value) for key, value in others.items() if value is not None
    }


def case(name, applied, inputs):
    """`applied` is the layer, or a function of the symbolic inputs. `inputs`: shapes without the batch, or (shape, dtype)."""
    keras.backend.clear_session()
    specs = [
        item if isinstance(item[0], tuple) else (item, "float32") for item in inputs
    ]
    symbolic = [
        keras.Input(shape, dtype=dtype, name=f"x{index}")
        for index, (shape, dtype) in enumerate(specs)
    ]
    is_layer = isinstance(applied, L.Layer)
    result = (
        applied(symbolic if len(symbolic) > 1 else symbolic[0])
        if is_layer
        else applied(*symbolic)
    )
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    model = keras.Model(symbolic, outputs)
    layer = (
        applied
        if is_layer
        else [item for item in model.layers if not isinstance(item, L.InputLayer)][-1]
    )
    operations = [item for item in model.layers if not isinstance(item, L.InputLayer)]
    assert len(operations) == 1, (name, [item.name for item in operations])
    layer.set_weights(
        [
            weight_value(position, weight)
            for position, weight in enumerate(layer.weights)
        ]
    )
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()
    values = [input_value(position, tensor) for position, tensor in enumerate(symbolic)]
    channels_first = getattr(layer, "data_format", None) == "channels_first"
    if channels_first and needs_nhwc(layer):
        computed = compute_channels_first(layer, values)
    else:
        computed = model(values if len(values) > 1 else values[0], training=False)
    computed = computed if isinstance(computed, (list, tuple)) else [computed]
    first, others = arguments(layer, model)
    class_name = type(layer).__name__
    config = clean(layer.get_config())
    record = {
        "name": name,
        "className": class_name,
        "config": config,
        "inputs": [
            {"shape": list(tensor.shape[1:]), "dtype": tensor.dtype.name}
            for tensor in symbolic
        ],
        "weights": [
            {
                "shape": list(weight.shape),
                "name": weight.name.split("/")[-1].split(":")[0],
            }
            for weight in layer.weights
        ],
        "outputs": [encode(output) for output in computed],
    }
    if others:
        record["arguments"] = others
    if not (isinstance(first, dict) and len(values) == 1):
        record["first"] = first
    return record


def needs_nhwc(layer):
    """TensorFlow's CPU kernels of these take NHWC only."""
    return isinstance(
        layer,
        (
            L.Conv2D,
            L.DepthwiseConv2D,
            L.SeparableConv2D,
            L.Conv2DTranspose,
            L.MaxPooling2D,
            L.AveragePooling2D,
        ),
    )


def compute_channels_first(layer, values):
    twin = type(layer).from_config(
        {**layer.get_config(), "data_format": "channels_last"}
    )
    moved = np.moveaxis(values[0], 1, -1)
    twin.build(moved.shape)
    twin.set_weights(layer.get_weights())
    return tf.transpose(twin(moved), [0, 3, 1, 2])


def conv_cases():
    image = [(6, 5, 3)]
    yield case("conv2d valid", L.Conv2D(4, 3), image)
    yield case(
        "conv2d same", L.Conv2D(2, (3, 2), padding="same", activation="relu"), image
    )
    yield case(
        "conv2d same, stride 2, even and odd",
        L.Conv2D(2, 3, strides=2, padding="same"),
        image,
    )
    yield case(
        "conv2d same, stride 3, no bias",
        L.Conv2D(2, 2, strides=(3, 2), padding="same", use_bias=False),
        [(7, 6, 2)],
    )
    yield case(
        "conv2d same, kernel below stride",
        L.Conv2D(2, 1, strides=2, padding="same"),
        image,
    )
    yield case(
        "conv2d dilated same",
        L.Conv2D(2, 3, dilation_rate=(2, 1), padding="same"),
        [(7, 7, 2)],
    )
    yield case("conv2d dilated valid", L.Conv2D(2, 2, dilation_rate=2), image)
    yield case("conv2d groups", L.Conv2D(6, 2, groups=3), [(4, 4, 6)])
    yield case(
        "conv2d channels_first",
        L.Conv2D(2, 3, strides=2, padding="same", data_format="channels_first"),
        [(3, 6, 5)],
    )
    yield case("conv2d free size", L.Conv2D(2, 4, padding="same"), [(None, None, 2)])
    yield case(
        "conv1d causal", L.Conv1D(3, 3, padding="causal", dilation_rate=2), [(6, 2)]
    )
    yield case("conv1d same", L.Conv1D(3, 3, padding="same", strides=2), [(6, 2)])
    yield case("depthwise", L.DepthwiseConv2D(3), image)
    yield case(
        "depthwise multiplier",
        L.DepthwiseConv2D(
            3, depth_multiplier=2, padding="same", strides=2, activation="relu6"
        ),
        image,
    )
    yield case(
        "depthwise dilated",
        L.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False),
        [(6, 6, 2)],
    )
    yield case(
        "depthwise channels_first",
        L.DepthwiseConv2D(
            2, depth_multiplier=2, padding="same", data_format="channels_first"
        ),
        [(3, 5, 4)],
    )
    yield case(
        "separable",
        L.SeparableConv2D(
            4, 3, padding="same", strides=2, depth_multiplier=2, activation="swish"
        ),
        image,
    )
    yield case(
        "separable dilated, no bias",
        L.SeparableConv2D(2, 2, dilation_rate=2, use_bias=False),
        image,
    )
    for kernel in (2, 3, 4, 5):
        for stride in (1, 2, 3):
            for padding in ("same", "valid"):
                if (kernel, stride) in ((3, 2), (4, 3), (2, 3), (5, 1), (2, 2)):
                    yield case(
                        f"conv2d transpose {kernel}/{stride} {padding}",
                        L.Conv2DTranspose(2, kernel, strides=stride, padding=padding),
                        [(3, 2, 2)],
                    )
    yield case(
        "conv2d transpose output_padding same",
        L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1),
        [(3, 2, 2)],
    )
    yield case(
        "conv2d transpose output_padding 0 same",
        L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0),
        [(3, 2, 2)],
    )
    yield case(
        "conv2d transpose output_padding valid",
        L.Conv2DTranspose(2, 3, strides=3, output_padding=(1, 2)),
        [(3, 2, 2)],
    )
    yield case(
        "conv2d transpose dilated",
        L.Conv2DTranspose(2, 3, dilation_rate=2, padding="same", use_bias=False),
        [(4, 5, 2)],
    )
    yield case(
        "conv2d transpose channels_first",
        L.Conv2DTranspose(
            2,
            3,
            strides=2,
            padding="same",
            activation="tanh",
            data_format="channels_first",
        ),
        [(2, 3, 2)],
    )


def normalization_cases():
    yield case("batch norm", L.BatchNormalization(), [(3, 2, 4)])
    yield case(
        "batch norm, no scale",
        L.BatchNormalization(scale=False, epsilon=0.1),
        [(3, 2, 4)],
    )
    yield case(
        "batch norm, no center", L.BatchNormalization(center=False, axis=1), [(3, 2, 4)]
    )
    yield case(
        "batch norm, neither, rank 2",
        L.BatchNormalization(center=False, scale=False),
        [(5,)],
    )
    yield case("batch norm rank 3", L.BatchNormalization(momentum=0.9), [(3, 4)])
    yield case("batch norm rank 3, axis 1", L.BatchNormalization(axis=1), [(3, 4)])
    yield case("batch norm axis 2 of 4", L.BatchNormalization(axis=2), [(3, 2, 4)])
    yield case("layer norm", L.LayerNormalization(), [(3, 2, 4)])
    yield case("layer norm rank 2, eps", L.LayerNormalization(epsilon=1e-6), [(7,)])
    yield case("layer norm, two axes", L.LayerNormalization(axis=[2, 3]), [(3, 2, 4)])
    yield case("layer norm, not last", L.LayerNormalization(axis=1), [(3, 2, 4)])
    yield case(
        "layer norm, axes 1 and 3", L.LayerNormalization(axis=[1, 3]), [(3, 2, 4)]
    )
    yield case("layer norm, no scale", L.LayerNormalization(scale=False), [(3, 4)])
    yield case("layer norm, no center", L.LayerNormalization(center=False), [(3, 4)])
    yield case("normalization", L.Normalization(), [(3, 2, 4)])
    yield case("normalization axis 1", L.Normalization(axis=1), [(3, 2, 4)])
    yield case("normalization axis 1 and 3", L.Normalization(axis=[3, 1]), [(3, 2, 4)])
    yield case("normalization axis none", L.Normalization(axis=None), [(3, 2)])
    yield case(
        "normalization from config",
        L.Normalization(mean=[1.5, -1.0, 0.3], variance=[2.0, 0.0, 0.7]),
        [(2, 2, 3)],
    )
    yield case(
        "normalization, one number", L.Normalization(mean=0.4, variance=0.2), [(2, 3)]
    )
    yield case(
        "normalization of uint8",
        L.Normalization(mean=[100.0, 90.0, 80.0], variance=[60.0**2, 50.0**2, 40.0**2]),
        [((2, 2, 3), "uint8")],
    )
    yield case("unit normalization", L.UnitNormalization(), [(3, 4)])
    yield case(
        "unit normalization, two axes", L.UnitNormalization(axis=[1, 2]), [(3, 4)]
    )
    yield case("rescaling", L.Rescaling(1 / 127.5, offset=-1), [(2, 2, 3)])
    yield case(
        "rescaling uint8, lists",
        L.Rescaling([0.1, 0.2, 0.3], offset=[1.0, 0.0, -1.0]),
        [((2, 2, 3), "uint8")],
    )


def activation_cases():
    names = [
        "elu",
        "exponential",
        "gelu",
        "hard_sigmoid",
        "leaky_relu",
        "linear",
        "log_softmax",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "softmax",
        "softplus",
        "softsign",
        "swish",
        "tanh",
    ]
    for name in names:
        yield case(f"activation {name}", L.Activation(name), [(3, 5)])
    wide = [(40, 4)]
    yield case("relu max", L.ReLU(max_value=1.0), wide)
    yield case("relu max 6", L.ReLU(max_value=6), wide)
    yield case("relu slope", L.ReLU(negative_slope=0.2), wide)
    yield case("relu threshold", L.ReLU(threshold=0.5), wide)
    yield case(
        "relu all", L.ReLU(max_value=1.2, negative_slope=0.25, threshold=0.5), wide
    )
    yield case("relu max, slope", L.ReLU(max_value=1.2, negative_slope=0.25), wide)
    yield case(
        "relu threshold, slope", L.ReLU(negative_slope=0.25, threshold=0.5), wide
    )
    yield case("leaky relu", L.LeakyReLU(), wide)
    yield case("elu alpha", L.ELU(0.7), wide)
    yield case("thresholded relu", L.ThresholdedReLU(0.75), wide)
    yield case("softmax axis 1", L.Softmax(axis=1), [(3, 4)])
    yield case("softmax two axes", L.Softmax(axis=[1, 2]), [(3, 4)])
    yield case("softmax rank 4, axis -2", L.Softmax(axis=-2), [(2, 3, 4)])
    yield case("prelu", L.PReLU(), [(2, 3, 4)])
    yield case("prelu shared", L.PReLU(shared_axes=[1, 2]), [(2, 3, 4)])
    yield case("prelu rank 2", L.PReLU(), [(6,)])
    yield case("prelu rank 3, shared", L.PReLU(shared_axes=[1]), [(3, 4)])


def pooling_cases():
    image = [(5, 6, 2)]
    for name, layer in (("max", L.MaxPooling2D), ("average", L.AveragePooling2D)):
        yield case(f"{name} pool", layer(), image)
        yield case(f"{name} pool same", layer(3, strides=2, padding="same"), image)
        yield case(
            f"{name} pool same, stride 1",
            layer((2, 3), strides=1, padding="same"),
            [(4, 4, 1)],
        )
        yield case(
            f"{name} pool channels_first",
            layer(2, padding="same", data_format="channels_first"),
            [(2, 5, 3)],
        )
    yield case("max pool 1d", L.MaxPooling1D(2, padding="same"), [(5, 2)])
    yield case(
        "average pool 1d", L.AveragePooling1D(3, strides=2, padding="same"), [(6, 2)]
    )
    for layer in (L.GlobalAveragePooling2D, L.GlobalMaxPooling2D):
        yield case(layer.__name__, layer(), [(3, 4, 5)])
        yield case(f"{layer.__name__} keepdims", layer(keepdims=True), [(3, 4, 5)])
        yield case(
            f"{layer.__name__} channels_first",
            layer(data_format="channels_first", keepdims=True),
            [(5, 3, 4)],
        )
    yield case("GlobalAveragePooling1D", L.GlobalAveragePooling1D(), [(3, 4)])
    yield case("GlobalMaxPooling1D", L.GlobalMaxPooling1D(keepdims=True), [(3, 4)])


def shape_cases():
    image = [(3, 4, 2)]
    yield case("flatten", L.Flatten(), image)
    yield case("flatten channels_first", L.Flatten(data_format="channels_first"), image)
    yield case("flatten rank 2", L.Flatten(), [(4,)])
    yield case("dense", L.Dense(3, activation="sigmoid"), [(4,)])
    yield case("dense, no bias", L.Dense(3, use_bias=False), [(4,)])
    yield case("dense rank 3", L.Dense(3, activation="gelu"), [(2, 4)])
    yield case("dense rank 4, no bias", L.Dense(2, use_bias=False), [(2, 3, 4)])
    yield case("embedding", L.Embedding(254, 3), [((4,), "int32")])
    yield case("reshape", L.Reshape((2, 12)), image)
    yield case("reshape -1", L.Reshape((-1, 2, 2)), image)
    yield case("reshape in front of a convolution", L.Reshape((1, 1, 6)), [(6,)])
    yield case("reshape free", L.Reshape((-1, 2)), [(None, 4)])
    yield case("permute", L.Permute((3, 1, 2)), image)
    yield case("repeat vector", L.RepeatVector(3), [(4,)])
    yield case("zero padding", L.ZeroPadding2D(((1, 0), (2, 1))), image)
    yield case("zero padding pair", L.ZeroPadding2D((1, 2)), image)
    yield case(
        "zero padding channels_first",
        L.ZeroPadding2D(1, data_format="channels_first"),
        image,
    )
    yield case("zero padding 1d", L.ZeroPadding1D((1, 2)), [(3, 2)])
    yield case("cropping", L.Cropping2D(((1, 0), (0, 2))), image)
    yield case("cropping free", L.Cropping2D(((1, 2), (1, 0))), [(None, None, 2)])
    yield case(
        "cropping channels_first",
        L.Cropping2D((0, 1), data_format="channels_first"),
        [(2, 3, 4)],
    )
    yield case("cropping 1d", L.Cropping1D((1, 1)), [(5, 2)])
    yield case("dropout", L.Dropout(0.5), image)
    yield case("spatial dropout", L.SpatialDropout2D(0.5), image)
    yield case("gaussian noise", L.GaussianNoise(0.5), image)
    yield case("alpha dropout", L.AlphaDropout(0.5), image)
    yield case("random flip", L.RandomFlip(), [((3, 4, 2), "uint8")])
    yield case("random rotation", L.RandomRotation(0.2), image)
    yield case("random contrast", L.RandomContrast(0.2), image)


def merge_cases():
    same = [(3, 4), (3, 4), (3, 4)]
    for layer in (L.Add, L.Multiply, L.Average, L.Maximum, L.Minimum):
        yield case(layer.__name__, layer(), same)
    yield case("Subtract", L.Subtract(), same[:2])
    yield case("Add, ranks differ", L.Add(), [(2, 3, 4), (4,)])
    yield case("Multiply, squeeze-excite", L.Multiply(), [(2, 3, 4), (1, 1, 4)])
    yield case("Concatenate", L.Concatenate(), [(3, 4), (3, 2)])
    yield case("Concatenate axis 1", L.Concatenate(axis=1), [(3, 4), (1, 4), (2, 4)])
    yield case("Dot vectors", L.Dot(axes=1), [(4,), (4,)])
    yield case("Dot matrices", L.Dot(axes=(2, 1)), [(3, 4), (4, 2)])
    yield case("Dot cosine", L.Dot(axes=-1, normalize=True), [(3, 4), (4,)])
    yield case("Dot vector, matrix", L.Dot(axes=(1, 2)), [(4,), (3, 4)])


def resize_cases():
    methods = [
        "bilinear",
        "nearest",
        "bicubic",
        "area",
        "lanczos3",
        "lanczos5",
        "gaussian",
        "mitchellcubic",
    ]
    for name in methods:
        yield case(
            f"resizing {name}, down", L.Resizing(4, 3, interpolation=name), [(9, 7, 1)]
        )
        yield case(
            f"resizing {name}, up", L.Resizing(7, 8, interpolation=name), [(3, 5, 1)]
        )
    for name in ("bicubic", "area", "gaussian", "nearest"):
        yield case(
            f"resizing {name}, same size",
            L.Resizing(4, 3, interpolation=name),
            [(4, 3, 1)],
        )
    yield case(
        "resizing nearest, right between pixels",
        L.Resizing(11, 9, interpolation="nearest"),
        [(26, 30, 1)],
    )
    yield case("resizing uint8", L.Resizing(4, 3), [((5, 6, 2), "uint8")])
    yield case("resizing free", L.Resizing(4, 3), [(None, None, 1)])
    yield case(
        "resizing to aspect ratio",
        L.Resizing(4, 3, crop_to_aspect_ratio=True),
        [(7, 9, 1)],
    )
    yield case(
        "resizing to aspect ratio, tall",
        L.Resizing(3, 5, crop_to_aspect_ratio=True),
        [(10, 6, 1)],
    )
    yield case("center crop", L.CenterCrop(3, 2), [(6, 5, 2)])
    yield case("center crop of a small image", L.CenterCrop(6, 4), [(4, 5, 1)])
    yield case("random crop at inference", L.RandomCrop(3, 4), [(5, 6, 1)])
    yield case("upsampling", L.UpSampling2D(), [(3, 2, 2)])
    yield case("upsampling 3", L.UpSampling2D((3, 1)), [(3, 2, 2)])
    yield case(
        "upsampling bilinear", L.UpSampling2D(2, interpolation="bilinear"), [(3, 4, 1)]
    )
    yield case(
        "upsampling bicubic", L.UpSampling2D(2, interpolation="bicubic"), [(3, 4, 1)]
    )
    yield case(
        "upsampling channels_first",
        L.UpSampling2D((1, 2), data_format="channels_first", interpolation="bilinear"),
        [(1, 3, 4)],
    )
    yield case("upsampling 1d", L.UpSampling1D(2), [(3, 2)])


def function_cases():
    x, y = [(3, 4)], [(3, 4), (3, 4)]
    functions = {
        "1 - x": (lambda x: 1.0 - x, x),
        "x - y": (lambda x, y: x - y, y),
        "y - x": (lambda x, y: y - x, y),
        "x + 1": (lambda x: x + 1.0, x),
        "x * list": (lambda x: x * tf.constant([1.0, 2.0, 3.0, 4.0]), x),
        "x / y": (lambda x, y: x / (y), y),
        "2 / x": (lambda x: 2.0 / x, x),
        "x ** 2": (lambda x: x**2, x),
        "x // 0.3": (lambda x: x // 0.3, x),
        "-x": (lambda x: -x, x),
        "math.add": (lambda x, y: tf.add(x, y), y),
        "math.multiply": (lambda x, y: tf.multiply(x, y), y),
        "abs": (tf.abs, x),
        "square": (tf.square, x),
        "exp": (tf.exp, x),
        "maximum": (lambda x: tf.maximum(x, 0.25), x),
        "minimum": (lambda x, y: tf.minimum(x, y), y),
        "squared_difference": (lambda x, y: tf.math.squared_difference(x, y), y),
        "add_n": (lambda x, y: tf.add_n([x, y]), y),
        "clip": (lambda x: tf.clip_by_value(x, -0.5, 1.0), x),
        "clip by lists": (
            lambda x: tf.clip_by_value(x, [-1.0, -0.5, 0.0, 0.5], 1.0),
            x,
        ),
        "matmul": (
            lambda x: tf.matmul(
                x, tf.constant([[1.0, 0.5], [2.0, -1.0], [0.0, 1.0], [1.5, 2.0]])
            ),
            x,
        ),
        "matmul transposed": (lambda x, y: tf.matmul(x, y, transpose_b=True), y),
        "bias_add": (lambda x: tf.nn.bias_add(x, [1.0, 2.0, 3.0, -1.0]), x),
        "relu": (tf.nn.relu, x),
        "relu6": (lambda x: tf.nn.relu6(x), x),
        "silu": (tf.nn.silu, x),
        "gelu": (tf.nn.gelu, x),
        "gelu approximate": (lambda x: tf.nn.gelu(x, approximate=True), x),
        "leaky_relu": (tf.nn.leaky_relu, x),
        "leaky_relu 0.1": (lambda x: tf.nn.leaky_relu(x, alpha=0.1), x),
        "elu": (tf.nn.elu, x),
        "selu": (tf.nn.selu, x),
        "softplus": (tf.math.softplus, x),
        "sigmoid": (tf.sigmoid, x),
        "tanh": (tf.tanh, x),
        "softmax": (tf.nn.softmax, x),
        "softmax axis 1": (lambda x: tf.nn.softmax(x, axis=1), x),
        "log_softmax": (tf.nn.log_softmax, x),
        "reduce_mean": (lambda x: tf.reduce_mean(x, axis=[1], keepdims=True), x),
        "reduce_mean of all": (tf.reduce_mean, x),
        "reduce_sum -1": (lambda x: tf.reduce_sum(x, -1), x),
        "reduce_max": (lambda x: tf.reduce_max(x, axis=[1, 2]), x),
        "l2_normalize": (lambda x: tf.math.l2_normalize(x, axis=-1), x),
        "concat": (lambda x, y: tf.concat([x, y], axis=-1), y),
        "concat constant": (lambda x: tf.concat([x, tf.ones((2, 1, 4))], axis=1), x),
        "stack": (lambda x, y: tf.stack([x, y], axis=1), y),
        "unstack": (lambda x: tf.unstack(x, axis=1), x),
        "split": (lambda x: tf.split(x, 2, axis=-1), x),
        "split sizes": (lambda x: tf.split(x, [1, -1], axis=2), x),
        "reshape": (lambda x: tf.reshape(x, [-1, 12]), x),
        "transpose": (lambda x: tf.transpose(x, [0, 2, 1]), x),
        "expand_dims": (lambda x: tf.expand_dims(x, -1), x),
        "squeeze": (lambda x: tf.squeeze(x, [1]), [(1, 4)]),
        "cast": (lambda x: tf.cast(x, tf.int32), x),
        "cast uint8": (lambda x: tf.cast(x, tf.float32), [((3, 2), "uint8")]),
        "pad": (lambda x: tf.pad(x, [[0, 0], [1, 0], [0, 2]]), x),
        "pad constant": (
            lambda x: tf.pad(x, [[0, 0], [1, 0], [0, 2]], constant_values=1.5),
            x,
        ),
        "pad reflect": (
            lambda x: tf.pad(x, [[0, 0], [2, 1], [0, 0]], mode="REFLECT"),
            x,
        ),
        "tile": (lambda x: tf.tile(x, [1, 2, 1]), x),
        "identity": (tf.identity, x),
        "getitem": (lambda x: x[:, 1:, ::2], x),
        "getitem index": (lambda x: x[:, 0], x),
        "getitem -1": (lambda x: x[..., -1], x),
        "getitem new axis": (lambda x: x[:, None, ..., 1:3], x),
        "getitem reversed": (lambda x: x[..., ::-1], x),
        "getitem backwards": (lambda x: x[:, 2:0:-1], x),
        "image.resize": (lambda x: tf.image.resize(x, (3, 4)), [(5, 6, 1)]),
        "image.resize bilinear antialias": (
            lambda x: tf.image.resize(x, (3, 4), antialias=True),
            [(7, 9, 1)],
        ),
        "image.resize bicubic antialias": (
            lambda x: tf.image.resize(x, (3, 11), method="bicubic", antialias=True),
            [(7, 9, 1)],
        ),
        "image.resize lanczos3 antialias": (
            lambda x: tf.image.resize(x, (3, 4), method="lanczos3", antialias=True),
            [(7, 9, 1)],
        ),
        "image.resize nearest uint8": (
            lambda x: tf.image.resize(x, (3, 8), method="nearest"),
            [((5, 6, 1), "uint8")],
        ),
    }
    for name, (function, inputs) in functions.items():
        yield case(f"tf {name}", function, inputs)


def raw_op_cases():
    """What TF 2.1 to 2.3 saved for a function: the layer class still exists for graphs, so its config and call are made by hand."""
    node = {"T": {"type": "DT_FLOAT"}}
    strided = {"begin": [0, 0], "end": [0, 0], "strides": [1, -1]}
    cases = {
        "RealDiv": ({"op": "RealDiv", "attr": node}, {1: 127.5}),
        "Sub from a constant": ({"op": "Sub", "attr": node}, {0: 1.0}),
        "Mean": (
            {
                "op": "Mean",
                "attr": {
                    **node,
                    "Tidx": {"type": "DT_INT32"},
                    "keep_dims": {"b": True},
                },
            },
            {1: [1]},
        ),
        "BiasAdd": (
            {"op": "BiasAdd", "attr": {**node, "data_format": {"s": "TkhXQw=="}}},
            {1: [1.0, 2.0, 3.0, 4.0]},
        ),
        "StridedSlice": (
            {
                "op": "StridedSlice",
                "attr": {
                    **node,
                    "Index": {"type": "DT_INT32"},
                    "begin_mask": {"i": "2"},
                    "end_mask": {"i": "2"},
                    "ellipsis_mask": {"i": "1"},
                    "new_axis_mask": {"i": "0"},
                    "shrink_axis_mask": {"i": "0"},
                },
            },
            {1: strided["begin"], 2: strided["end"], 3: strided["strides"]},
        ),
    }
    for name, (definition, constants) in cases.items():
        value = draw(0, (BATCH, 3, 4))
        output = raw_op(definition, constants, value)
        yield {
            "name": f"raw {name}",
            "className": "TensorFlowOpLayer",
            "config": {
                "node_def": {"name": "op", **definition},
                "constants": {
                    str(index): constant for index, constant in constants.items()
                },
            },
            "inputs": [{"shape": [3, 4], "dtype": "float32"}],
            "weights": [],
            "outputs": [encode(output)],
        }


def raw_op(definition, constants, value):
    from google.protobuf import json_format
    from keras.engine.base_layer import TensorFlowOpLayer

    names = ["x"] + [f"c{index}" for index in constants]
    if 0 in constants:
        names.reverse()
    message = json_format.ParseDict(
        {"name": "op", "input": names, **definition}, tf.compat.v1.NodeDef()
    )
    integers = definition["op"] in ("Mean", "StridedSlice")
    tensors = {
        index: np.array(constant, np.int32 if integers else np.float32)
        for index, constant in constants.items()
    }
    return TensorFlowOpLayer(message.SerializeToString(), "op", tensors)(
        tf.constant(value)
    )


def encode(output):
    data = base64.b64encode(np.asarray(output).astype("<f4").tobytes()).decode()
    return {"shape": list(output.shape), "dtype": output.dtype.name, "data": data}


GROUPS = {
    "convolutions": conv_cases,
    "normalizations": normalization_cases,
    "activations": activation_cases,
    "poolings": pooling_cases,
    "shapes": shape_cases,
    "merges": merge_cases,
    "resizes": resize_cases,
    "functions": function_cases,
    "raw-ops": raw_op_cases,
}


def main(folder):
    for group, cases in GROUPS.items():
        lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in cases())
        with open(os.path.join(folder, f"{group}.json"), "w") as file:
            file.write(f"[\n{lines}\n]\n")
        print(group, os.path.getsize(os.path.join(folder, f"{group}.json")))


if __name__ == "__main__":
    main(sys.argv[1])
