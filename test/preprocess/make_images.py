"""make_images.py FOLDER: the images of images.py as files."""

import os
import sys

from images import make_images


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, data in make_images().items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
