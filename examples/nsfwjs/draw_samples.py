"""draw_samples.py H5 FOLDER COUNT PHOTO…: crops of real photos on which the model has to decide.

Random crops are nearly all of one class with wide margins, and would certify little. So crops, flips, brightened, posterised and
edge-filtered versions are drawn until every class that can be reached has its share and many margins are small. Leaves in FOLDER
images/*.png (what was drawn) and samples.json (where each comes from); ends with an error where what was drawn would certify too little.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

ROUND = 64
SMALL_MARGIN = 0.2
# What samples have to be, to say something of a migration: so many classes decided, such a part with a small margin.
MIN_CLASSES = 3
MIN_SMALL = 0.1


def main(h5, folder, count, *photos):
    count = int(count)
    generator = np.random.default_rng(20)
    model = tf.keras.models.load_model(h5, compile=False)
    size, classes = model.input_shape[1], model.output_shape[-1]
    sources = [(os.path.basename(os.path.dirname(os.path.dirname(path))), tf.io.decode_jpeg(tf.io.read_file(path), 3).numpy()) for path in photos]
    share = count // (classes + 1)  # one share for each class, one for small margins
    kept, spare, taken = [], [], np.zeros(classes, int)
    small = rounds = 0
    while len(kept) < count and rounds * ROUND < 2 * count:
        rounds += 1
        drawn = [draw(generator, sources, size) for _ in range(ROUND)]
        scores = model.predict(np.stack([preprocess(image, size) for _, image in drawn]), batch_size=32, verbose=0)
        for (origin, image), row in zip(drawn, scores):
            second, first = np.sort(row)[-2:]
            sample = (origin, image, int(row.argmax()), bool(first - second < SMALL_MARGIN))
            if sample[3] and small < 2 * share or taken[sample[2]] < share:
                small += sample[3]
                taken[sample[2]] += 1
                kept.append(sample)
            else:
                spare.append(sample)
        print(f"drew {rounds * ROUND} versions, kept {len(kept)} of {count}: {taken.tolist()} by class, {small} with a margin below {SMALL_MARGIN}")
    kept = (kept + spare)[:count]
    decided, small = len({decision for _, _, decision, _ in kept}), sum(is_small for *_, is_small in kept)
    if decided < min(MIN_CLASSES, classes) or small < MIN_SMALL * len(kept):
        sys.exit(f"of {len(kept)} samples {decided} classes are decided and {small} have a margin below {SMALL_MARGIN}: they would certify too little")

    images = os.path.join(folder, "images")
    os.makedirs(images, exist_ok=True)
    for name in os.listdir(images):
        os.remove(os.path.join(images, name))
    names = []
    for index, (origin, image, *_) in enumerate(kept):
        names.append({"image": f"images/{index:04d}.png", **origin})
        tf.io.write_file(os.path.join(folder, names[-1]["image"]), tf.io.encode_png(image))
    with open(os.path.join(folder, "samples.json"), "w") as file:
        json.dump({"classes": classes, "samples": names}, file, indent=1)


def preprocess(image, size):
    """The pipeline that nsfwjs itself uses: bilinear with align_corners, 0..1."""
    return tf.compat.v1.image.resize_bilinear(image[None].astype(np.float32), (size, size), align_corners=True)[0].numpy() / np.float32(255)


def draw(generator, sources, size):
    name, photo = sources[generator.integers(len(sources))]
    height, width, _ = photo.shape
    side = int(generator.integers(size // 3, min(height, width, 2 * size)))
    top, left = int(generator.integers(height - side + 1)), int(generator.integers(width - side + 1))
    image = photo[top : top + side, left : left + side].astype(np.float32)
    if generator.random() < 0.5:
        image = image[:, ::-1]
    version = ["plain", "brightness", "posterise", "edges"][generator.integers(4)]
    if version == "brightness":
        image = image * generator.uniform(0.4, 1.8)
    elif version == "posterise":
        levels = generator.integers(2, 6)
        image = np.round(image / 255 * levels) * 255 / levels
    elif version == "edges":
        edges = np.abs(tf.image.sobel_edges(tf.constant(image[None])).numpy()[0]).sum(-1)
        image = 255 - edges if generator.random() < 0.5 else edges
    return {"photo": name, "box": [top, left, side], "version": version}, np.clip(image, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main(*sys.argv[1:])
