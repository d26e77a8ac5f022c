"""The zoo's models: one small Keras model for each layer, option and binding case that a conversion can get wrong. Runs in TensorFlow."""

import tensorflow as tf

K = tf.keras
L = tf.keras.layers
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def image_case(name, *layers, shape=(8, 7, 3)):
    """A Sequential of `layers` (made anew by their factories) on an image of odd proportions, so that swapped axes show."""
    CASES[name] = lambda: K.Sequential([L.InputLayer(shape), *[make() for make in layers]], name=name)


# --- one layer, its options ---
for padding in ("same", "valid"):
    for strides in (1, 2, 3):
        image_case(f"conv2d_{padding}_{strides}", lambda p=padding, s=strides: L.Conv2D(5, 3, s, p))
        image_case(f"depthwise_{padding}_{strides}", lambda p=padding, s=strides: L.DepthwiseConv2D(3, s, p))
        image_case(f"max_pool_{padding}_{strides}", lambda p=padding, s=strides: L.MaxPooling2D(3, s, p))
        image_case(f"average_pool_{padding}_{strides}", lambda p=padding, s=strides: L.AveragePooling2D(3, s, p))
    image_case(f"conv2d_even_kernel_{padding}", lambda p=padding: L.Conv2D(5, (2, 4), (2, 1), p, use_bias=False))
    image_case(f"conv2d_dilated_{padding}", lambda p=padding: L.Conv2D(5, 3, 1, p, dilation_rate=(2, 1)))
    image_case(f"separable_{padding}", lambda p=padding: L.SeparableConv2D(6, 3, 2, p, depth_multiplier=2, activation="relu"))
    image_case(f"transpose_conv_{padding}", lambda p=padding: L.Conv2DTranspose(4, 3, 2, p))
image_case("conv2d_groups", lambda: L.Conv2D(6, 3, groups=3, padding="same"))
image_case("depthwise_multiplier", lambda: L.DepthwiseConv2D(3, 2, "same", depth_multiplier=3, activation="relu"))
image_case("max_pool_default", lambda: L.MaxPooling2D())
image_case("average_pool_uneven", lambda: L.AveragePooling2D((2, 3), (2, 2), "same"))
for activation in (
    "relu selu elu sigmoid hard_sigmoid swish gelu softmax softplus softsign tanh exponential linear".split()
):
    image_case(f"activation_{activation}", lambda a=activation: L.Activation(a))
    image_case(f"conv_then_{activation}", lambda a=activation: L.Conv2D(4, 1, activation=a))
image_case("relu_max", lambda: L.ReLU(6.0))
image_case("relu_all", lambda: L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.3))
image_case("relu_threshold", lambda: L.ReLU(threshold=0.5))
image_case("leaky_relu", lambda: L.LeakyReLU())
image_case("leaky_relu_alpha", lambda: L.LeakyReLU(0.07))
image_case("prelu", lambda: L.PReLU("random_normal"))
image_case("prelu_shared", lambda: L.PReLU("random_normal", shared_axes=[1, 2]))
image_case("elu", lambda: L.ELU(0.7))
image_case("thresholded_relu", lambda: L.ThresholdedReLU(0.4))
image_case("softmax_axis", lambda: L.Softmax(axis=1))
image_case("softmax_axes", lambda: L.Softmax(axis=[1, 2]))
for keepdims in (False, True):
    image_case(f"global_average_{keepdims}", lambda k=keepdims: L.GlobalAveragePooling2D(keepdims=k))
    image_case(f"global_max_{keepdims}", lambda k=keepdims: L.GlobalMaxPooling2D(keepdims=k))
image_case("upsampling_free", lambda: L.Conv2D(4, 3, padding="same"), lambda: L.UpSampling2D(2), lambda: L.UpSampling2D((1, 3)), lambda: L.Conv2D(2, 3), lambda: L.Reshape((-1, 4)), shape=(None, None, 3))
image_case("flatten_dense", lambda: L.Conv2D(4, 3), lambda: L.Flatten(), lambda: L.Dense(5, "softmax"))
image_case("flatten_batchnorm_dense", lambda: L.Conv2D(4, 3), lambda: L.Flatten(), lambda: L.BatchNormalization(), lambda: L.Dropout(0.5), lambda: L.Dense(5))
image_case("dense_on_map", lambda: L.Conv2D(4, 3), lambda: L.Dense(6, "relu"), lambda: L.Conv2D(2, 1))
image_case("batchnorm", lambda: L.BatchNormalization())
image_case("batchnorm_no_scale", lambda: L.BatchNormalization(scale=False))
image_case("batchnorm_no_center", lambda: L.BatchNormalization(center=False, epsilon=1e-5, momentum=0.9))
image_case("batchnorm_neither", lambda: L.BatchNormalization(center=False, scale=False))
image_case("batchnorm_axis", lambda: L.BatchNormalization(axis=1))
image_case("batchnorm_first", lambda: L.BatchNormalization(), lambda: L.Conv2D(4, 3, padding="same"), lambda: L.ReLU())
image_case("layernorm", lambda: L.LayerNormalization())
image_case("layernorm_axes", lambda: L.LayerNormalization(axis=[1, 2, 3]))
image_case("layernorm_no_scale", lambda: L.LayerNormalization(scale=False, center=False, epsilon=1e-6))
image_case("spatial_dropout", lambda: L.Conv2D(4, 1), lambda: L.SpatialDropout2D(0.4), lambda: L.Conv2D(4, 1))
image_case("zero_padding", lambda: L.ZeroPadding2D(((1, 2), (3, 0))), lambda: L.Conv2D(3, 3))
image_case("cropping", lambda: L.Cropping2D(((1, 2), (0, 3))), lambda: L.Conv2D(3, 1))
image_case("reshape", lambda: L.Reshape((7, 8, 3)), lambda: L.Conv2D(3, 1))
image_case("reshape_after_conv", lambda: L.Conv2D(4, 1), lambda: L.Reshape((-1, 4)), lambda: L.Dense(3))
image_case("permute", lambda: L.Conv2D(4, 1), lambda: L.Permute((2, 1, 3)), lambda: L.Conv2D(3, (1, 2)))
image_case("permute_channels", lambda: L.Permute((3, 1, 2)))
image_case("rescaling", lambda: L.Rescaling(1 / 127.5, -1), lambda: L.Conv2D(3, 3, padding="same"))
image_case("resizing_bilinear", lambda: L.Resizing(5, 11), lambda: L.Conv2D(3, 1))
image_case("resizing_up", lambda: L.Resizing(16, 21))
for interpolation in "nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split():
    image_case(f"resizing_{interpolation}", lambda i=interpolation: L.Resizing(5, 11, i))
image_case("upsampling_nearest", lambda: L.UpSampling2D((2, 3)), lambda: L.Conv2D(3, 1))
image_case("upsampling_bilinear", lambda: L.UpSampling2D(2, interpolation="bilinear"))
image_case("repeat_vector", lambda: L.GlobalAveragePooling2D(), lambda: L.RepeatVector(4))
image_case("gaussian_noise", lambda: L.GaussianNoise(0.5), lambda: L.GaussianDropout(0.2), lambda: L.AlphaDropout(0.1), lambda: L.Conv2D(2, 1))
image_case("augmentation", lambda: L.RandomFlip(), lambda: L.RandomRotation(0.1), lambda: L.Conv2D(2, 1))
image_case("center_crop", lambda: L.CenterCrop(5, 4), lambda: L.Conv2D(2, 1))


def two_branches(merge):
    def build():
        x = L.Input((6, 5, 3))
        return K.Model(x, merge([L.Conv2D(4, 1, name="left")(x), L.Conv2D(4, 3, padding="same", name="right")(x)]))

    return build


for merge in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
    CASES[f"merge_{merge.lower()}"] = two_branches(lambda values, m=merge: getattr(L, m)()(values))
CASES["concatenate_axis"] = two_branches(lambda values: L.Concatenate(axis=1)(values))
CASES["dot"] = two_branches(lambda values: L.Dot(axes=1)([L.Flatten()(value) for value in values]))


@case
def normalization_adapted():
    layer = L.Normalization()
    layer.adapt(tf.random.normal((32, 6, 5, 3), 3.0, 2.0, seed=1))
    return K.Sequential([L.InputLayer((6, 5, 3)), layer, L.Conv2D(4, 3)])


@case
def normalization_config():
    return K.Sequential([L.InputLayer((6, 5, 3)), L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 0.0, 2.0]), L.Conv2D(4, 3)])


@case
def uint8_input():
    x = L.Input((6, 5, 3), dtype="uint8")
    return K.Model(x, L.Conv2D(4, 3)(L.Rescaling(1 / 255)(x)))


@case
def channels_last_two_inputs_two_outputs():
    a, b = L.Input((6, 5, 3), name="picture"), L.Input((4,), name="context")
    feature = L.Concatenate()([L.GlobalAveragePooling2D()(L.Conv2D(4, 3)(a)), b])
    return K.Model([a, b], [L.Dense(3, "softmax", name="label")(feature), L.Dense(1, "sigmoid", name="unsafe")(feature)])


@case
def sigmoid_head():
    return K.Sequential([L.InputLayer((6, 5, 3)), L.Conv2D(4, 3, activation="relu"), L.GlobalMaxPooling2D(), L.Dense(1, "sigmoid")])


# --- calls ---
def backbone(name="backbone", trainable=True):
    x = L.Input((9, 8, 3))
    y = L.Conv2D(6, 3, strides=2, padding="same", use_bias=False, name="a/conv")(x)
    y = L.BatchNormalization(name="bn")(y)
    y = L.ReLU(6.0)(y)
    y = L.Dropout(0.3)(y)
    model = K.Model(x, y, name=name)
    model.trainable = trainable
    return model


@case
def nested():
    x = L.Input((9, 8, 3))
    return K.Model(x, L.Dense(4)(L.Flatten()(backbone()(x))))


@case
def nested_called_twice():
    x, z = L.Input((9, 8, 3)), L.Input((9, 8, 3))
    base = backbone()
    return K.Model([x, z], L.Dense(4)(L.GlobalAveragePooling2D()(L.Subtract()([base(x), base(z, training=False)]))))


@case
def nested_sequential():
    return K.Sequential([backbone(), K.Sequential([L.Conv2D(4, 1), L.Flatten()]), L.Dense(3, "softmax")])


@case
def nested_partly_frozen():
    base = backbone()
    base.get_layer("a/conv").trainable = False
    x = L.Input((9, 8, 3))
    y = L.Conv2D(5, 1, name="between")(base(x))
    return K.Model(x, L.Dense(4)(L.Flatten()(y)))


@case
def nested_twice_deep():
    inner = backbone("inner")
    inner.get_layer("bn").trainable = False
    x = L.Input((9, 8, 3))
    middle = K.Model(x, L.Conv2D(4, 3, name="after")(inner(x)), name="middle")
    y = L.Input((9, 8, 3))
    return K.Model(y, L.Dense(2)(L.Flatten()(middle(y))))


@case
def frozen_backbone():
    return K.Sequential([backbone(trainable=False), L.GlobalAveragePooling2D(), L.Dense(3, "softmax")])


@case
def shared_same_conv_two_sizes():
    a, b = L.Input((8, 8, 3)), L.Input((7, 9, 3))
    conv = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")
    pool = L.GlobalAveragePooling2D()
    return K.Model([a, b], L.Concatenate()([pool(conv(a)), pool(conv(b))]))


@case
def output_repeated_and_input_unused():
    a, b = L.Input((6, 5, 3), name="used"), L.Input((2,), name="unused")
    y = L.Dense(3, name="scores")(L.Flatten()(a))
    return K.Model([a, b], [y, y])


@case
def intermediate_output_is_a_map():
    x = L.Input((8, 7, 3))
    y = L.Conv2D(4, 3, name="map")(x)
    return K.Model(x, [y, L.Dense(2)(L.GlobalAveragePooling2D()(y))])


@case
def squeeze_excite():
    x = L.Input((8, 7, 6))
    y = L.DepthwiseConv2D(3, padding="same")(x)
    s = L.GlobalAveragePooling2D(keepdims=True)(y)
    s = L.Conv2D(2, 1, activation="relu")(s)
    s = L.Conv2D(6, 1, activation="hard_sigmoid")(s)
    return K.Model(x, L.Conv2D(3, 1)(L.Multiply()([y, s])))


@case
def squeeze_excite_reshape():
    x = L.Input((8, 7, 6))
    s = L.Reshape((1, 1, 6))(L.GlobalAveragePooling2D()(x))
    s = L.Dense(3, "swish")(s)
    s = L.Dense(6, "sigmoid")(s)
    return K.Model(x, L.Conv2D(3, 1)(x * s))


@case
def hard_swish():
    x = L.Input((8, 7, 3))
    y = L.Conv2D(4, 3)(x)
    y = L.Multiply()([L.Rescaling(1 / 6)(L.ReLU(6.0)(y + 3.0)), y])
    return K.Model(x, L.Conv2D(2, 1)(y))


@case
def operators():
    x = L.Input((8, 7, 4))
    y = L.Conv2D(4, 3, padding="same")(x)
    y = tf.nn.silu(y) * 2.0 + tf.nn.relu6(x) - 1.0
    y = y / (tf.math.square(y) + 1.0)
    y = tf.concat([y, x], axis=-1)
    y = tf.reshape(y, (-1, 56, 8))
    y = tf.transpose(y, (0, 2, 1))
    y = tf.math.reduce_mean(y, axis=-1)
    return K.Model(x, tf.clip_by_value(tf.expand_dims(y, 1), -0.5, 0.5))


@case
def slicing():
    x = L.Input((8, 7, 4))
    y = L.Conv2D(6, 1)(x)
    return K.Model(x, [y[:, 1:-1, ::2, :3], y[:, 2], y[..., -1], y[:, :, tf.newaxis, 3]])


@case
def sequence_attention_free():
    x = L.Input((8, 8, 3))
    y = L.Conv2D(8, 2, 2)(x)
    y = L.Reshape((16, 8))(y)
    y = L.LayerNormalization(epsilon=1e-6)(y)
    y = L.Dense(16, "gelu")(y)
    y = L.Dense(8)(y)
    return K.Model(x, tf.reduce_mean(y, 1))


@case
def mixed_precision():
    K.mixed_precision.set_global_policy("mixed_float16")
    try:
        return K.Sequential([L.InputLayer((6, 5, 3)), L.Conv2D(4, 3, activation="relu"), L.GlobalAveragePooling2D(), L.Dense(3, "softmax", dtype="float32")])
    finally:
        K.mixed_precision.set_global_policy("float32")


# --- stock backbones, small and without their published weights ---
def application(name, size, **options):
    CASES[f"application_{name}"] = lambda: getattr(K.applications, name)(weights=None, input_shape=(size, size, 3), classes=7, **options)


for stock, size in {
    "MobileNet": 64,
    "MobileNetV2": 64,
    "MobileNetV3Small": 64,
    "MobileNetV3Large": 64,
    "EfficientNetB0": 64,
    "EfficientNetV2B0": 64,
    "ResNet50": 64,
    "ResNet50V2": 64,
    "InceptionV3": 96,
    "DenseNet121": 64,
    "Xception": 96,
    "NASNetMobile": 64,
    "ConvNeXtTiny": 64,
    "RegNetX002": 64,
    "RegNetY002": 64,
    "ResNetRS50": 64,
    "InceptionResNetV2": 96,
    "VGG16": 32,
}.items():
    application(stock, size)
#: The backbones that the short form of the tests leaves out: large files, or families another one stands for.
LARGE = {f"application_{name}" for name in "InceptionResNetV2 VGG16 ResNetRS50 RegNetY002 Xception NASNetMobile ResNet50V2 MobileNetV3Large".split()}
