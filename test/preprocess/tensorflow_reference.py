"""tensorflow_reference.py FOLDER PRESETS NPZ: what TensorFlow and Keras make of the images and sizes of cases.py. What they refuse is left out."""

import os
import sys
import warnings

import numpy as np
import tensorflow as tf
from cases import HEIGHT, WIDTH, read_images, read_presets, resizes

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
from torchlift_worker.tensorflow_pipeline import decode, resize, run_pipeline  # noqa: E402

KERAS_MODES = ("tf", "caffe", "torch")


def main(folder, presets, npz):
    warnings.simplefilter("ignore")
    found = {}
    presets = read_presets(presets)
    for file, data in read_images(folder):
        keep(found, f"decode/{file}", lambda data=data: decode(data).numpy())
        keep(found, f"load_img/{file}", lambda file=file: load_img(os.path.join(folder, file)))
        if f"decode/{file}" not in found:
            continue
        for name in presets:
            keep(found, f"preset/{name}/{file}", lambda name=name, data=data: by_tensorflow(name, presets[name], data))
    for name, step, image, height, width in resizes():
        # A shrunken side of no pixel at all is refused.
        keep(found, f"resize/{name}", lambda step=step, image=image, height=height, width=width: np.asarray(resize(image, step, height, width)))
    np.savez(npz, **found)


def keep(found, key, make):
    try:
        found[key] = make()
    except Exception:  # whatever it throws at a file that isn't whole
        pass


def load_img(path):
    return np.asarray(tf.keras.utils.load_img(path, target_size=(HEIGHT, WIDTH)))


def by_tensorflow(name, steps, data):
    """float32 [HEIGHT, WIDTH, 3], by what the preset is named after."""
    if steps[0]["decoder"] != "tensorflow":
        raise ValueError("not TensorFlow's decoder")
    if name in KERAS_MODES:
        image = run_pipeline(decode(data), steps[1:2], HEIGHT, WIDTH)
        return np.asarray(tf.keras.applications.imagenet_utils.preprocess_input(tf.constant(image), mode=name))
    return run_pipeline(decode(data), steps[1:], HEIGHT, WIDTH)



if __name__ == "__main__":
    main(*sys.argv[1:])
