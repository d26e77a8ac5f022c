"""record_scores.py MODEL.pt FOLDER SERVICE FILE: what a model answers to a folder's images in one of these services, as recorded requests. Each
prepares them by its library's own calls, and knows nothing of our steps."""

import io
import json
import os
import sys

import cv2
import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps


def by_opencv(path, side):
    """The channels as OpenCV has them, less the mean of Caffe's reference model."""
    image = cv2.imread(path)
    return cv2.resize(image, (side, side)).astype(np.float32) - np.array([104, 117, 123], np.float32)


def by_pillow(path, side):
    """Turned, the middle square, stored once more as a JPEG of quality 85, to -1..1."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    short = min(image.size)
    left, top = (image.width - short) // 2, (image.height - short) // 2
    image = image.crop((left, top, left + short, top + short)).resize((side, side), Image.Resampling.LANCZOS)
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=85)
    return np.asarray(Image.open(stored), np.float32) / np.float32(127.5) - np.float32(1)


def blurred(path, side):
    """Through a blur that no pipeline of ours has."""
    image = Image.open(path).convert("RGB").filter(ImageFilter.GaussianBlur(2)).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32) / np.float32(255)


def main(model, folder, service, file):
    network = torch.jit.load(model).eval()
    prepare = {"opencv": by_opencv, "pillow": by_pillow, "blurred": blurred}[service]
    with open(file, "w") as lines:
        for name in sorted(os.listdir(folder)):
            if service == "opencv" and name.endswith(".gif"):  # only its newest versions take them
                continue
            path = os.path.join(folder, name)
            with torch.inference_mode():
                scores = network(torch.from_numpy(prepare(path, 64)[None]))[0]
            lines.write(json.dumps({"image": os.path.relpath(path, os.path.dirname(file)), "scores": scores.tolist()}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
