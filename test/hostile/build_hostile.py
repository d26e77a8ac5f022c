"""build_hostile.py FOLDER: models with code inside, as real Keras saves them, and a proof that loading them in Keras runs it."""

import os
import shutil
import sys
import zlib

import h5py
import tensorflow as tf

layers = tf.keras.layers


def harmful(tensor):
    import os

    os.system("touch canary")
    return tensor * 2.0


class Attention(layers.Layer):
    def call(self, inputs):
        return inputs

    def get_config(self):
        return super().get_config()


def lambda_model():
    x = tf.keras.Input((4,), name="x")
    return tf.keras.Model(x, layers.Lambda(harmful, name="double")(layers.Dense(3, name="hidden")(x)))


def nested_model():
    x = tf.keras.Input((4,), name="x")
    inner = tf.keras.Sequential([layers.Dense(3, name="hidden"), layers.Lambda(harmful, name="double")], name="backbone")
    attended = Attention(name="attention")(inner(x))
    return tf.keras.Model(x, layers.Dense(2, name="scores")(attended))


def custom_model():
    x = tf.keras.Input((4,), name="x")
    first = Attention(name="attention")(layers.Dense(3, name="hidden")(x))
    return tf.keras.Model(x, layers.Dense(2, name="scores")(Attention(name="more_attention")(first)))


def lookup_model():
    x = tf.keras.Input((1,), dtype="string", name="x")
    indices = layers.StringLookup(vocabulary=["a", "b"], name="words")(x)
    return tf.keras.Model(x, layers.Dense(2, name="scores")(layers.Lambda(harmful, name="double")(layers.Embedding(5, 4, name="vectors")(indices))))


def innocent_model():
    x = tf.keras.Input((4,), name="x")
    return tf.keras.Model(x, layers.Dense(2, name="scores")(layers.Rescaling(2.0, name="double")(x)))


def deflate_bomb(source, target):
    """A kernel of a few bytes whose chunk says 6 GiB when it is unpacked."""
    shutil.copy(source, target)
    packer = zlib.compressobj(9)
    block = bytes(64 << 20)
    bomb = b"".join([packer.compress(block) for _ in range(96)] + [packer.flush()])
    with h5py.File(target, "r+") as file:
        kernel = file["model_weights/scores/scores/kernel:0"]
        path, shape, dtype = kernel.name, kernel.shape, kernel.dtype
        del file[path]
        file.create_dataset(path, shape, dtype, chunks=shape, compression="gzip").id.write_direct_chunk((0, 0), bomb)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    lambda_model().save("lambda.h5")
    nested_model().save("nested_lambda.h5")
    custom_model().save("custom.h5")
    lookup_model().save("lookup.h5")
    innocent = innocent_model()
    innocent.compile("adam", "mse")
    innocent.fit(tf.zeros((8, 4)), tf.zeros((8, 2)), verbose=0)
    innocent.save("innocent.h5")
    deflate_bomb("innocent.h5", "bomb.h5")
    innocent.save_weights("weights.h5")
    with open("architecture.json", "w") as file:
        file.write(innocent.to_json())
    innocent.save("saved_model")
    if os.path.exists("canary"):
        os.remove("canary")
    for name in ("lambda.h5", "nested_lambda.h5"):
        tf.keras.models.load_model(name, custom_objects={"Attention": Attention})
        assert os.path.exists("canary"), name
        os.remove("canary")


if __name__ == "__main__":
    main(sys.argv[1])
