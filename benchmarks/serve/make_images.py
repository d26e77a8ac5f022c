"""make_images.py FOLDER PHOTO…: crops of 640x480 from photos, as JPEGs."""

import random
import sys

from PIL import Image

folder, *photos = sys.argv[1:]
generator = random.Random(1)
for index in range(64):
    with Image.open(photos[index % len(photos)]) as photo:
        photo = photo.convert("RGB")
        scale = max(640 / photo.width, 480 / photo.height) * generator.uniform(1, 1.5)
        photo = photo.resize((round(photo.width * scale) + 1, round(photo.height * scale) + 1), Image.Resampling.BICUBIC)
        left, top = generator.randint(0, photo.width - 640), generator.randint(0, photo.height - 480)
        photo.crop((left, top, left + 640, top + 480)).save(f"{folder}/{index:02}.jpg", quality=88)
