"""moderation_model.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    scores = model(image)

image   float32 [N, 16, 16, 3]  NHWC, as in Keras
scores  float32 [N, 3]
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class FrozenBatchNorm2d(nn.BatchNorm2d):
    """Normalizes by its moving statistics in train() too, and leaves them as they are."""

    def forward(self, input: Tensor) -> Tensor:
        mean, variance = self.running_mean, self.running_var
        return F.batch_norm(input, mean, variance, self.weight, self.bias, eps=self.eps)


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_0 = nn.Conv2d(3, 8, 3, bias=False)
        self.bn_0 = frozen_batch_norm(8)
        self.drop_0 = nn.Dropout(0.5)
        self.conv_1 = nn.Conv2d(8, 8, 3, bias=False)
        self.bn_1 = frozen_batch_norm(8)
        self.requires_grad_(False)  # frozen up to here

        self.drop_1 = nn.Dropout(0.5)
        self.conv_2 = nn.Conv2d(8, 8, 3, bias=False)
        self.bn_2 = nn.BatchNorm2d(8, eps=0.001, momentum=0.01)
        self.drop_2 = nn.Dropout(0.5)
        self.conv_3 = nn.Conv2d(8, 8, 3, bias=False).requires_grad_(False)
        self.bn_3 = frozen_batch_norm(8).requires_grad_(False)
        self.drop_3 = nn.Dropout(0.5)
        self.scores = nn.Linear(8, 3)

    def forward(self, image: Tensor) -> Tensor:
        x = image.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 16, 16]
        x = self.drop_0(F.relu(self.bn_0(self.conv_0(x))))  # [N, 8, 14, 14]
        x = self.drop_1(F.relu(self.bn_1(self.conv_1(x))))  # [N, 8, 12, 12]
        x = self.drop_2(F.relu(self.bn_2(self.conv_2(x))))  # [N, 8, 10, 10]
        x = self.drop_3(F.relu(self.bn_3(self.conv_3(x))))  # [N, 8, 8, 8]
        return self.scores(x.mean((2, 3))).to(torch.float32)


def frozen_batch_norm(channels: int) -> FrozenBatchNorm2d:
    """BatchNormalization with moving statistics that stay, momentum 0.99 in Keras' terms."""
    return FrozenBatchNorm2d(channels, eps=0.001, momentum=0.01)


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
