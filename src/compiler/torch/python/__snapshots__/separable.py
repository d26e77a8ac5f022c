"""moderation_model.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    scores = model(image)

image   float32 [N, 16, 16, 3]  NHWC, as in Keras
scores  float32 [N, 3]          softmax
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SeparableConv2D(nn.Module):
    """Keras SeparableConv2D."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False)
        self.pointwise = nn.Conv2d(in_channels, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))


class Se(nn.Module):
    """Keras model se."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(8, 2, 1)
        self.expand = nn.Conv2d(2, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.reduce(x.mean((2, 3), keepdim=True)))  # [N, 2, 1, 1]
        return x * (self.expand(y) * 0.2 + 0.5).clamp(0.0, 1.0)


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.sep = SeparableConv2D(3)
        self.sep_bn = nn.BatchNorm2d(8, eps=0.001, momentum=0.01)
        self.se = Se()
        self.sep_2 = SeparableConv2D(8)
        self.scores = nn.Linear(8, 3)

    def forward(self, image: Tensor) -> Tensor:
        x = image.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 16, 16]
        x = F.hardswish(self.sep_bn(self.sep(x)))
        x = self.se(x)
        x = self.sep_2(x)
        return F.softmax(self.scores(x.mean((2, 3))), dim=-1, dtype=torch.float32)


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
