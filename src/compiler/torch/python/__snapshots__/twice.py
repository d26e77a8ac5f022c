"""moderation_model.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    same = model(anchor, other)

anchor  float32 [N, 16, 16, 3]  NHWC, as in Keras
other   float32 [N, 16, 16, 3]  NHWC, as in Keras
same    float32 [N, 1]          sigmoid
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ModalBatchNorm2d(nn.BatchNorm2d):
    """A call with inference=True normalizes by the moving statistics, whatever the mode."""

    def forward(self, input: Tensor, inference: bool = False) -> Tensor:
        mean, variance = self.running_mean, self.running_var
        assert mean is not None and variance is not None and self.momentum is not None
        if inference:
            mean, variance = mean.clone(), variance.clone()  # another call may move them before the gradient
        training = self.training and not inference
        return F.batch_norm(input, mean, variance, self.weight, self.bias, training, self.momentum, self.eps)


class Base(nn.Module):
    """Keras model base."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.bn = ModalBatchNorm2d(8, eps=0.001, momentum=0.01)
        self.drop = nn.Dropout(0.2)

    def forward(self, x: Tensor, inference: bool = False) -> Tensor:
        x = F.relu(self.bn(self.conv(x), inference=inference))  # [N, 8, 14, 14]
        return F.dropout(x, self.drop.p, self.training and not inference).mean((2, 3))


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.base = Base()
        self.head = nn.Linear(16, 1)

    def forward(self, anchor: Tensor, other: Tensor) -> Tensor:
        x = anchor.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 16, 16]
        x = self.base(x)  # [N, 8]
        y = other.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 16, 16]
        y = self.base(y, inference=True)  # [N, 8]
        x = torch.cat([x, y], dim=1)
        return torch.sigmoid(self.head(x).to(torch.float32))


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
