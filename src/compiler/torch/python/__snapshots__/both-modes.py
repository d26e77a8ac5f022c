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


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.bn = ModalBatchNorm2d(4, eps=0.001, momentum=0.01)

    def forward(self, image: Tensor) -> Tensor:
        x = image.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 8, 8]
        x = self.conv(x)  # [N, 4, 6, 6]
        y = self.bn(x)
        return (y + self.bn(x, inference=True)).mean((2, 3)).to(torch.float32)


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
