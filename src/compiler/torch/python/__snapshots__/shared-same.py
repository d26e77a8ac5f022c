"""moderation_model.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    features = model(image)

image     float32 [N, 16, 16, 3]  NHWC, as in Keras
features  float32 [N, 3]
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Conv2d(3, 3, 3, stride=2)
        self.crop = nn.Conv2d(3, 3, 2)

    def forward(self, image: Tensor) -> Tensor:
        x = image.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 16, 16]
        y = self.shared(F.pad(x, (0, 1, 0, 1)))  # [N, 3, 8, 8]
        x = self.crop(x)  # [N, 3, 15, 15]
        x = y + self.shared(F.pad(x, (1, 1, 1, 1)))
        return x.mean((2, 3)).to(torch.float32)


def load(path: str | Path) -> ModerationModel:
    """The model with the weights of a safetensors file, in eval mode."""
    model = ModerationModel()
    model.load_state_dict(read_safetensors(path))
    return model.eval()


def read_safetensors(path: str | Path) -> dict[str, Tensor]:
    """Tensors that share the memory of the mapped file.

    The format: 8 bytes with the header's length, the header as JSON, little-endian data.
    """
    with open(path, "rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    data = 8 + int.from_bytes(content[:8], "little")
    dtypes = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in json.loads(content[8:data]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        dtype = dtypes[entry["dtype"]]
        count = (end - begin) // dtype.itemsize
        flat = torch.frombuffer(content, dtype=dtype, count=count, offset=data + begin)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors
