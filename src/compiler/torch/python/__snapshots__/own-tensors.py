"""moderation_model.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    features = model(image)

image     float32 [N, 8, 8, 3]  NHWC, as in Keras
features  float32 [N, 4]
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn


class Normalization(nn.Module):
    """Keras Normalization normalization."""

    def __init__(self) -> None:
        super().__init__()
        self.mean: Tensor
        self.register_buffer("mean", torch.zeros(3, 1, 1))
        self.variance: Tensor
        self.register_buffer("variance", torch.zeros(3, 1, 1))
        self.count: Tensor
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / torch.sqrt(self.variance)


class LayerScale(nn.Module):
    """Keras LayerScale scale."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(4, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.constant_0: Tensor
        self.register_buffer(
            "constant_0", torch.tensor([0.5, 0.25, 1.0, 2.0]).reshape(4, 1, 1), persistent=False
        )
        self.normalization = Normalization()
        self.stem = nn.Conv2d(3, 4, 3)
        self.scale = LayerScale().requires_grad_(False)

    def forward(self, image: Tensor) -> Tensor:
        x = image.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 8, 8]
        x = self.normalization(x)
        x = self.scale(self.stem(x)) * self.constant_0  # [N, 4, 6, 6]
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
