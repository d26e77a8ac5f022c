"""Image files of every kind that the decoders are compared on, made from the package's own probe photos; the same in every run."""

import io
import os
import struct
import zlib

import numpy as np
from PIL import Image

PROBES = os.path.join(os.path.dirname(__file__), "..", "..", "python", "torchlift_worker", "probes")


def encode(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def noise(generator, height, width, channels):
    return Image.fromarray(generator.integers(0, 256, (height, width, channels)[: 2 + (channels > 1)], dtype=np.uint8))


def make_images():
    """{name: bytes}"""
    generator = np.random.default_rng(11)
    photo = Image.open(os.path.join(PROBES, "cat.jpg")).convert("RGB")
    files = {name: open(os.path.join(PROBES, name), "rb").read() for name in ("cat.jpg", "boats.jpg", "flower.png")}
    files.update(jpegs(photo, generator))
    files.update(pngs(photo, generator))
    files.update(gifs(photo, generator))
    files.update(bmps(photo, generator))
    files.update(webps(photo, generator))
    files.update({"nothing": b"", "text": b"not an image", "tiff": encode(photo, "TIFF"), "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"})
    return files


def jpegs(photo, generator):
    files = {}
    for subsampling in (0, 1, 2):
        for progressive in (False, True):
            files[f"{'progressive' if progressive else 'baseline'}-{subsampling}.jpg"] = encode(
                photo, "JPEG", quality=35 + 20 * subsampling, subsampling=subsampling, progressive=progressive
            )
        for height, width in ((1, 1), (1, 9), (7, 3), (17, 16), (8, 33)):
            files[f"{height}x{width}-{subsampling}.jpg"] = encode(noise(generator, height, width, 3), "JPEG", subsampling=subsampling)
    files["restarts.jpg"] = encode(photo, "JPEG", restart_marker_blocks=5)
    files["grey.jpg"] = encode(photo.convert("L"), "JPEG")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[f"orientation-{orientation}.jpg"] = encode(photo, "JPEG", exif=exif.tobytes())
    plain = files["baseline-2.jpg"]
    cmyk = encode(photo.convert("CMYK"), "JPEG")
    adobe = cmyk.index(b"Adobe")
    files["cmyk.jpg"] = cmyk
    files["cmyk-without-marker.jpg"] = cmyk[: adobe - 4] + cmyk[adobe + 12 :]
    files["ycck.jpg"] = cmyk[: adobe + 11] + b"\2" + cmyk[adobe + 12 :]
    files["trailing.jpg"] = plain + b"more"
    files["two-pictures.jpg"] = encode(photo, "MPO", save_all=True, append_images=[photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
    for cut in (1, 2, 3, 100, len(plain) // 2, len(plain) - 100):
        files[f"cut-{cut}.jpg"] = plain[:-cut]
    files["cut-and-followed.jpg"] = plain[:-2] + b"more"
    for name in ("baseline-2.jpg", "progressive-2.jpg", "restarts.jpg"):
        for index in range(12):
            damaged = bytearray(files[name])
            start = damaged.index(b"\xff\xda") + 14
            for _ in range(1 + index % 3):
                damaged[generator.integers(start, len(damaged) - 2)] = generator.integers(0, 256)
            files[f"damaged-{index}-{name}"] = bytes(damaged)
    files["huge.jpg"] = plain.replace(struct.pack(">HH", photo.height, photo.width), struct.pack(">HH", 60000, 60000))
    files["no-rows.jpg"] = plain.replace(struct.pack(">HH", photo.height, photo.width), struct.pack(">HH", 0, photo.width))
    files["odd-version.jpg"] = plain[:11] + b"\x4c" + plain[12:]
    return files


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(header, *chunks):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *header)) + b"".join(chunks) + chunk(b"IEND", b"")


def pngs(photo, generator):
    files = {}
    palette = generator.integers(0, 256, 768, dtype=np.uint8).tobytes()
    for colour, channels, depths in ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (3, 1, (1, 2, 4, 8)), (4, 2, (8, 16)), (6, 4, (8, 16))):
        for bits in depths:
            width, height = 13, 7
            row = (width * channels * bits + 7) // 8
            rows = b"".join(bytes([generator.integers(0, 5)]) + generator.integers(0, 256, row, dtype=np.uint8).tobytes() for _ in range(height))
            chunks = [chunk(b"PLTE", palette[: 3 << bits])] if colour == 3 else []
            pixels = chunk(b"IDAT", zlib.compress(rows))
            files[f"colour-{colour}-{bits}.png"] = png((width, height, bits, colour, 0, 0, 0), *chunks, pixels)
            if colour in (0, 2, 3):
                transparent = chunk(b"tRNS", {0: b"\0\1", 2: b"\0\1\0\2\0\3", 3: b"\0\x80"}[colour])
                files[f"transparent-{colour}-{bits}.png"] = png((width, height, bits, colour, 0, 0, 0), *chunks, transparent, pixels)
    size = (40, 40, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + generator.integers(0, 256, 120, dtype=np.uint8).tobytes() for _ in range(40))
    stream = zlib.compress(rows)
    plain = png(size, chunk(b"IDAT", stream))
    files["interlaced.png"] = png((13, 7, 8, 0, 0, 0, 1), chunk(b"IDAT", zlib.compress(bytes(500))))
    files["many-chunks.png"] = png(size, *(chunk(b"IDAT", stream[at : at + 99]) for at in range(0, len(stream), 99)))
    files["gamma-and-text.png"] = png(size, chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", stream))
    files["text-bomb.png"] = png(size, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(5_000_000))), chunk(b"IDAT", stream))
    files["trailing.png"] = plain + b"more"
    for cut in (1, 8, 13, 500):
        files[f"cut-{cut}.png"] = plain[:-cut]
    files["missing-rows.png"] = png(size, chunk(b"IDAT", zlib.compress(rows[: 121 * 30])))
    files["surplus-rows.png"] = png(size, chunk(b"IDAT", zlib.compress(rows + rows)))
    files["no-checksum.png"] = png(size, chunk(b"IDAT", stream[:-4]))
    files["wrong-checksum.png"] = png(size, chunk(b"IDAT", stream[:-1] + bytes([stream[-1] ^ 1])))
    files["wrong-crc.png"] = plain[:-20] + bytes([plain[-20] ^ 1]) + plain[-19:]
    files["wrong-filter.png"] = png(size, chunk(b"IDAT", zlib.compress(b"\7" + rows[1:])))
    files["no-palette.png"] = png((40, 40, 8, 3, 0, 0, 0), chunk(b"IDAT", zlib.compress(bytes(41 * 40))))
    files["beyond-palette.png"] = png((3, 1, 8, 3, 0, 0, 0), chunk(b"PLTE", palette[:6]), chunk(b"IDAT", zlib.compress(b"\0\0\1\5")))
    files["unknown-critical.png"] = png(size, chunk(b"ABCD", b""), chunk(b"IDAT", stream))
    files["split.png"] = png(size, chunk(b"IDAT", stream[:9]), chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", stream[9:]))
    files["huge.png"] = png((16000, 16000, 8, 0, 0, 0, 0), chunk(b"IDAT", zlib.compress(bytes(16001))))
    for default in (False, True):
        name = f"animated-{'default' if default else 'first'}.png"
        files[name] = encode(photo, "PNG", save_all=True, append_images=[photo.rotate(180), photo.rotate(90)], default_image=default)
    for orientation in (1, 6):
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[f"orientation-{orientation}.png"] = encode(photo, "PNG", exif=exif.tobytes())
    files["photo.png"] = encode(photo, "PNG")
    files["palette-photo.png"] = encode(photo.quantize(77), "PNG", transparency=3)
    files["1x1.png"] = encode(photo.crop((5, 5, 6, 6)), "PNG")
    return files


def gif_frame(indices, left=0, top=0, colours=None, transparent=None, interlaced=False):
    """A frame whose LZW codes are the colour indices themselves: the table is cleared before it grows to ten bits."""
    control = b"" if transparent is None else b"\x21\xf9\x04" + bytes([1, 0, 0, transparent, 0])
    height, width = indices.shape
    descriptor = struct.pack("<BHHHHB", 0x2C, left, top, width, height, (0x87 if colours else 0) | (0x40 if interlaced else 0))
    bits, filled, packed = 0, 0, bytearray()
    codes = [code for at, index in enumerate(indices.ravel()) for code in ([256] if at % 100 == 0 else []) + [int(index)]] + [257]
    for code in codes:
        bits, filled = bits | code << filled, filled + 9
        while filled >= 8:
            packed.append(bits & 255)
            bits, filled = bits >> 8, filled - 8
    packed.append(bits)
    blocks = b"".join(bytes([len(packed[at : at + 255])]) + bytes(packed[at : at + 255]) for at in range(0, len(packed), 255))
    return control + descriptor + (colours or b"") + b"\x08" + blocks + b"\0"


def gif(width, height, colours, *frames, trailer=b"\x3b"):
    screen = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF7 if colours else 0x70, 0, 0)
    return screen + colours + b"".join(frames) + trailer


def gifs(photo, generator):
    colours = generator.integers(0, 256, 768, dtype=np.uint8).tobytes()
    small, large = generator.integers(0, 256, (4, 5)), generator.integers(0, 256, (8, 9))
    small[0, 0] = 7
    files = {
        "plain.gif": gif(5, 4, colours, gif_frame(small)),
        "larger-canvas.gif": gif(10, 9, colours, gif_frame(small, 1, 2)),
        "smaller-canvas.gif": gif(3, 3, colours, gif_frame(small)),
        "second-larger.gif": gif(10, 9, colours, gif_frame(small, 1, 2), gif_frame(large)),
        "second-smaller.gif": gif(10, 9, colours, gif_frame(large), gif_frame(small, 1, 2)),
        "off-canvas.gif": gif(5, 4, colours, gif_frame(small, 20, 20)),
        "transparent.gif": gif(10, 9, colours, gif_frame(small, 1, 1, transparent=7)),
        "own-colours.gif": gif(5, 4, colours, gif_frame(small, colours=colours[::-1])),
        "interlaced.gif": gif(9, 8, colours, gif_frame(large, interlaced=True)),
        "no-colours.gif": gif(5, 4, b"", gif_frame(small)),
        "no-frame.gif": gif(5, 4, colours),
        "no-trailer.gif": gif(5, 4, colours, gif_frame(small), trailer=b""),
        "comment.gif": gif(5, 4, colours, gif_frame(small), b"\x21\xfe\1a\0"),
        "trailing.gif": gif(5, 4, colours, gif_frame(small)) + b"more",
        "cut-5.gif": gif(5, 4, colours, gif_frame(small))[:-5],
        "cut-in-second.gif": gif(5, 4, colours, gif_frame(small), gif_frame(small))[:-8],
        "huge-canvas.gif": gif(60000, 60000, colours, gif_frame(small)),
    }
    files["photo.gif"] = encode(photo.quantize(200), "GIF")
    files["few-colours.gif"] = encode(photo.quantize(5), "GIF")
    files["black-and-white.gif"] = encode(photo.convert("1"), "GIF")
    files["animated.gif"] = encode(photo.quantize(99), "GIF", save_all=True, append_images=[photo.rotate(180), photo.rotate(90)])
    return files


def bmp(generator, width, height, bits, compression=0, masks=b"", colours=0, information=40, surplus=b""):
    pixels = generator.integers(0, 256, (width * bits + 31) // 32 * 4 * abs(height), dtype=np.uint8).tobytes()
    palette = generator.integers(0, 256, 4 * colours, dtype=np.uint8).tobytes()
    start = 14 + information + len(masks) + len(palette)
    header = struct.pack("<IiiHHIIiiII", information, width, height, 1, bits, compression, len(pixels), 2835, 2835, colours, 0)
    file_header = b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start)
    return file_header + header.ljust(information, b"\0") + masks + palette + pixels + surplus


def bmps(photo, generator):
    masks = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)
    files = {
        "24.bmp": bmp(generator, 5, 4, 24),
        "24-top-down.bmp": bmp(generator, 5, -4, 24),
        "24-long-header.bmp": bmp(generator, 5, 4, 24, information=124),
        "32.bmp": bmp(generator, 5, 4, 32),
        "32-masks.bmp": bmp(generator, 5, 4, 32, compression=3, masks=masks),
        "16.bmp": bmp(generator, 5, 4, 16),
        "16-masks.bmp": bmp(generator, 5, 4, 16, compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
        "8.bmp": bmp(generator, 5, 4, 8, colours=256),
        "4.bmp": bmp(generator, 5, 4, 4, colours=16),
        "1.bmp": bmp(generator, 5, 4, 1, colours=2),
        "cut-1.bmp": bmp(generator, 5, 4, 24)[:-1],
        "cut-20.bmp": bmp(generator, 5, 4, 24)[:-20],
        "trailing.bmp": bmp(generator, 5, 4, 24, surplus=b"more"),
        "huge.bmp": bmp(generator, 5, 4, 24).replace(struct.pack("<ii", 5, 4), struct.pack("<ii", 50000, 50000)),
        "os2.bmp": b"BM" + struct.pack("<IHHIIHHHH", 90, 0, 0, 26, 12, 5, 4, 1, 24) + bytes(64),
    }
    files["photo.bmp"] = encode(photo, "BMP")
    return files


def webps(photo, generator):
    exif = Image.Exif()
    exif[0x0112] = 6
    colours = noise(generator, 33, 31, 4)
    files = {
        "lossy.webp": encode(photo, "WEBP"),
        "lossless.webp": encode(photo, "WEBP", lossless=True),
        "alpha.webp": encode(colours, "WEBP"),
        "lossless-alpha.webp": encode(colours, "WEBP", lossless=True),
        "orientation-6.webp": encode(photo, "WEBP", exif=exif.tobytes()),
        "animated.webp": encode(photo, "WEBP", save_all=True, append_images=[photo.rotate(180)]),
    }
    files["cut.webp"] = files["lossy.webp"][:-200]
    files["trailing.webp"] = files["lossy.webp"] + b"more"
    return files
