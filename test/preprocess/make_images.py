"""make_images.py FOLDER: images of every kind that reaches a moderation service, from smooth to hard-edged."""

import io
import os
import sys

import numpy as np
from PIL import Image


def main(folder):
    os.makedirs(folder, exist_ok=True)
    generator = np.random.default_rng(4)

    def picture(height, width):
        coarse = generator.integers(0, 256, (7, 9, 3), np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)).astype(int)
        noisy = np.clip(smooth + generator.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8)
        noisy[height // 3 : height // 3 + 5, :, :] = 255
        noisy[:, width // 4 : width // 4 + 3, 1:] = 0
        return Image.fromarray(noisy)

    def save(name, image, **options):
        image.save(os.path.join(folder, name), **options)

    save("photo.jpg", picture(240, 321), quality=90)
    save("odd.jpg", picture(97, 53), quality=75)
    save("no_subsampling.jpg", picture(120, 90), quality=95, subsampling=0)
    save("vertical_subsampling.jpg", picture(120, 91), quality=60, subsampling=1)
    save("progressive.jpg", picture(150, 200), quality=80, progressive=True)
    save("grey.jpg", picture(80, 120).convert("L"))
    save("cmyk.jpg", picture(90, 110).convert("CMYK"), quality=90)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"turned_{orientation}.jpg", picture(60, 100), quality=90, exif=exif)
    save("colour.png", picture(77, 101))
    save("grey.png", picture(40, 50).convert("L"))
    save("two.png", picture(40, 50).convert("1"))
    save("palette.png", picture(64, 64).convert("P", palette=Image.Palette.ADAPTIVE))
    alpha = picture(50, 60).convert("RGBA")
    alpha.putalpha(Image.fromarray(generator.integers(0, 256, (50, 60), np.uint8)))
    save("alpha.png", alpha)
    save("grey_alpha.png", alpha.convert("LA"))
    save("transparent_palette.png", picture(64, 64).convert("P", palette=Image.Palette.ADAPTIVE), transparency=3)
    save("sixteen.png", Image.fromarray(generator.integers(0, 65536, (30, 40)).astype(np.uint16)))
    save("tiny.png", picture(12, 12).resize((1, 1)))
    save("still.gif", picture(64, 80).convert("P", palette=Image.Palette.ADAPTIVE))
    frames = [picture(64, 80).convert("P", palette=Image.Palette.ADAPTIVE) for _ in range(3)]
    save("animated.gif", frames[0], save_all=True, append_images=frames[1:])
    save("colour.bmp", picture(33, 47))
    save("grey.bmp", picture(33, 47).convert("L"))
    save("photo.webp", picture(64, 64))
    jpeg = io.BytesIO()
    picture(100, 100).save(jpeg, "JPEG")
    whole = jpeg.getvalue()
    for name, data in {
        "truncated.jpg": whole[: len(whole) * 4 // 5],
        "truncated_by_two.jpg": whole[:-2],
        "trailing.jpg": whole + b"more",
        "not_an_image.jpg": b"<html>gone</html>",
        "empty.jpg": b"",
    }.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
