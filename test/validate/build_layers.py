"""build_layers.py FOLDER: models whose calls are hard to follow, and one with a wrong weight, once for each of its weights. Runs in TensorFlow.

`wrong.json` lists {file, weight, layer} of the latter; their originals are `right.h5`.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

K = tf.keras
L = tf.keras.layers


def block(name, channels):
    x = L.Input((None, None, channels))
    y = L.Conv2D(4, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    y = L.BatchNormalization(name="bn")(y)
    y = L.ReLU(6.0, name="relu")(y)
    y = L.Dropout(0.3, name="dropout")(y)
    return K.Model(x, y, name=name)


def right():
    """Nested, shared and separable; folded and not; padding that only a convolution sees; operators without a layer."""
    x = L.Input((12, 10, 3), name="image")
    y = L.Rescaling(2.0, -0.1, name="rescaling")(x)
    y = block("base", 3)(y)
    y = L.ZeroPadding2D(1, name="pad")(y)
    y = L.SeparableConv2D(6, 3, activation="relu", name="separable")(y)
    y = L.BatchNormalization(name="after_relu")(y)
    shared = L.Conv2D(6, 3, padding="same", name="shared")
    y = shared(y) + shared(L.LeakyReLU(name="leaky")(y))
    y = L.ZeroPadding2D(((0, 1), (0, 1)), name="uneven_pad")(y)
    y = L.DepthwiseConv2D(3, strides=2, use_bias=False, name="depthwise")(y)
    y = L.BatchNormalization(scale=False, name="depthwise_bn")(y)
    y = L.PReLU("random_normal", shared_axes=[1, 2], name="prelu")(y)
    y = L.LayerNormalization(name="norm")(y)
    y = L.Flatten(name="flatten")(y)
    y = L.Dense(5, use_bias=False, name="dense")(y)
    y = L.BatchNormalization(name="dense_bn")(y)
    y = L.Dense(3, activation="softmax", name="scores")(tf.nn.silu(y))
    return K.Model(x, y, name="right")


def partly_used():
    """Keras runs both outputs of the nested model, and both calls of what they share; only the second one counts."""
    a = L.Input((6,))
    dense = L.Dense(6, name="dense")
    inner = K.Model(a, [dense(L.Dense(6, name="unused")(a)), dense(L.Dense(6, name="used")(a))], name="inner")
    x = L.Input((6,))
    return K.Model(x, L.Dense(2, name="out")(inner(L.Dense(6, name="first")(x))[1]))


def cast_on_entry():
    """A nested model whose input is another dtype than what it is given."""
    a = L.Input((6,), dtype="int32")
    inner = K.Model(a, tf.cast(a, "float32") / 3, name="inner")
    x = L.Input((6,))
    return K.Model(x, L.Dense(2, name="out")(inner(L.Dense(6, name="first")(x) * 100)))


def in_two_places():
    """One layer in two nested models, and one nested model called twice."""
    conv = L.Conv2D(3, 3, padding="same", name="conv")

    def around(name):
        a = L.Input((6, 5, 3))
        return K.Model(a, L.ReLU(name="relu")(conv(a)), name=name)

    one, other = around("one"), around("other")
    x = L.Input((6, 5, 3))
    return K.Model(x, L.Concatenate(name="concat")([other(one(x)), one(L.Permute((1, 2, 3), name="permute")(x))]))


def as_if_trained(model):
    """Weights that all count, so that a mistake in any of them shows."""
    generator = np.random.default_rng(3)
    spread = {True: (0.1, 0.5), False: (-0.4, 0.4)}
    model.set_weights([weight.numpy() + generator.uniform(*spread["variance" in weight.name], weight.shape) for weight in model.weights])
    return model


def owners(model, prefix=""):
    """(layer's path, weight) of every weight."""
    for layer in model.layers:
        if isinstance(layer, K.Model):
            yield from owners(layer, f"{prefix}{layer.name}/")
        else:
            yield from ((prefix + layer.name, weight) for weight in layer.weights)


def main(folder):
    os.makedirs(folder)
    for build in (right, partly_used, cast_on_entry, in_two_places):
        K.backend.clear_session()
        K.utils.set_random_seed(7)
        model = as_if_trained(build())
        model.save(os.path.join(folder, f"{build.__name__}.h5"), include_optimizer=False)
        if build is right:
            spoil(model, folder)


def spoil(model, folder):
    wrong = []
    for number, (layer, weight) in enumerate(owners(model)):
        value = weight.numpy()
        spoiled = value.copy()
        spoiled.reshape(-1)[value.size // 2] += 0.05
        weight.assign(spoiled)
        wrong.append({"file": f"wrong_{number}.h5", "weight": weight.name, "layer": layer})
        model.save(os.path.join(folder, wrong[-1]["file"]), include_optimizer=False)
        weight.assign(value)
    with open(os.path.join(folder, "wrong.json"), "w") as file:
        json.dump(wrong, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
