"""Models whose training step a conversion can get wrong. Runs in TensorFlow. No Dropout: the frameworks draw different numbers."""

import tensorflow as tf

K = tf.keras
L = tf.keras.layers
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def backbone(name="backbone", size=(9, 8, 3)):
    x = L.Input(size)
    y = L.Conv2D(6, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    y = L.BatchNormalization(name="bn")(y)
    y = L.ReLU(6.0)(y)
    y = L.Conv2D(5, 3, padding="same", name="second")(y)
    y = L.BatchNormalization(momentum=0.9, name="second_bn")(y)
    return K.Model(x, y, name=name)


@case
def backbone_called_twice_once_in_inference():
    a, b = L.Input((9, 8, 3)), L.Input((9, 8, 3))
    base = backbone()
    return K.Model([a, b], L.Dense(4)(L.GlobalAveragePooling2D()(L.Subtract()([base(a), base(b, training=False)]))))


@case
def backbone_called_twice_at_one_depth():
    """Which call runs first decides whether the one in inference mode sees moving statistics before or after they move."""
    a, b = L.Input((9, 8, 3)), L.Input((9, 8, 3))
    base = backbone()
    pooled = [L.GlobalAveragePooling2D()(base(a)), L.GlobalAveragePooling2D()(base(b, training=False))]
    return K.Model([a, b], L.Dense(3, "softmax")(L.Concatenate()(pooled)))


@case
def backbone_called_twice_in_training():
    a, b = L.Input((9, 8, 3)), L.Input((9, 8, 3))
    base = backbone()
    return K.Model([a, b], L.Dense(4)(L.GlobalAveragePooling2D()(L.Add()([base(a), base(b)]))))


@case
def shared_same_convolution_at_two_sizes():
    a, b = L.Input((8, 8, 3)), L.Input((7, 9, 3))
    conv, bn = L.Conv2D(4, 3, strides=2, padding="same"), L.BatchNormalization()
    pool = L.GlobalAveragePooling2D()
    return K.Model([a, b], L.Concatenate()([pool(L.ReLU()(bn(conv(a)))), pool(conv(b))]))


@case
def separable_squeeze_excite_hard_swish():
    x = L.Input((8, 7, 3))
    y = L.SeparableConv2D(6, 3, padding="same", depth_multiplier=2)(x)
    y = L.BatchNormalization()(y)
    y = L.Multiply()([L.Rescaling(1 / 6)(L.ReLU(6.0)(y + 3.0)), y])
    s = L.GlobalAveragePooling2D(keepdims=True)(y)
    s = L.Conv2D(2, 1, activation="relu")(s)
    s = L.Conv2D(6, 1, activation="hard_sigmoid")(s)
    y = L.Multiply()([y, s])
    return K.Model(x, L.Dense(3, "softmax")(L.Flatten()(y)))


@case
def partly_frozen_nested_backbone():
    base = backbone()
    base.get_layer("conv").trainable = False
    base.get_layer("bn").trainable = False
    x = L.Input((9, 8, 3))
    y = L.Conv2D(5, 1, name="between")(base(x))
    y = L.BatchNormalization(scale=False)(y)
    return K.Model(x, L.Dense(4, "softmax")(L.Flatten()(y)))


@case
def wholly_frozen_backbone():
    base = backbone()
    base.trainable = False
    return K.Sequential([base, L.GlobalAveragePooling2D(), L.Dense(3, "softmax")])


@case
def batch_normalization_of_features():
    """Not fused in TensorFlow: the moving variance takes the biased variance of the batch."""
    return K.Sequential(
        [
            L.InputLayer((6, 5, 3)),
            L.Flatten(),
            L.Dense(8, use_bias=False),
            L.BatchNormalization(momentum=0.8),
            L.PReLU("random_normal"),
            L.BatchNormalization(center=False, scale=False),
            L.Dense(3),
        ]
    )


@case
def batch_normalization_of_other_axes():
    return K.Sequential([L.InputLayer((6, 5, 3)), L.BatchNormalization(axis=1), L.Conv2D(4, 3), L.BatchNormalization(axis=2), L.GlobalAveragePooling2D(), L.Dense(2)])


@case
def layer_normalization_and_activations():
    x = L.Input((8, 8, 3))
    y = L.Conv2D(8, 2, 2)(x)
    y = L.PReLU("random_normal", shared_axes=[1, 2])(y)
    y = L.LayerNormalization(epsilon=1e-6)(y)
    y = L.Dense(16, "gelu")(y)
    y = L.Dense(8, "swish")(y)
    y = L.DepthwiseConv2D(3, depth_multiplier=2, activation="elu")(y)
    y = L.Conv2DTranspose(4, 3, 2, "same", activation="tanh")(y)
    return K.Model(x, L.Dense(3, "sigmoid")(L.GlobalMaxPooling2D()(y)))


@case
def mobilenet_v3():
    return K.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3), classes=4, dropout_rate=0.0)
