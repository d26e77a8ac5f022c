"""make_photos.py FOLDER [PHOTO…]: twenty pictures such as a service is sent, cut from photos, the package's own probe photos where none is named; the
same in every run. JPEGs of several qualities, two of them turned by EXIF, PNGs and a GIF, few of them square."""

import os
import sys

import numpy as np
from PIL import Image, ImageEnhance

PROBES = os.path.join(os.path.dirname(__file__), "..", "..", "python", "torchlift_worker", "probes")
COUNT = 20
TURNED = {3: 6, 11: 3}
PNGS, GIF, SQUARES = (5, 13), 8, (2, 9, 16)


def main(folder, *paths):
    os.makedirs(folder, exist_ok=True)
    generator = np.random.default_rng(4)
    paths = paths or [os.path.join(PROBES, name) for name in ("cat.jpg", "boats.jpg", "flower.png")]
    photos = [Image.open(path).convert("RGB") for path in paths]
    for index in range(COUNT):
        photo = photos[index % len(photos)]
        width, height = (int(generator.integers(side * 2 // 5, side)) for side in photo.size)
        if index in SQUARES:
            width = height = min(width, height)
        left, top = int(generator.integers(photo.width - width)), int(generator.integers(photo.height - height))
        image = photo.crop((left, top, left + width, top + height))
        image = ImageEnhance.Brightness(image).enhance(float(generator.uniform(0.6, 1.4)))
        name = os.path.join(folder, f"{index:02d}")
        if index in PNGS:
            image.save(f"{name}.png")
        elif index == GIF:
            image.quantize(200).save(f"{name}.gif")
        else:
            exif = Image.Exif()
            if index in TURNED:
                exif[0x0112] = TURNED[index]
            image.save(f"{name}.jpg", quality=int(generator.integers(60, 97)), exif=exif.tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
