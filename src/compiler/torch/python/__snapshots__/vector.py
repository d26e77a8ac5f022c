"""moderation_model.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    scores = model(features)

features  float32 [N, 6]
scores    float32 [N, 2]  softmax
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class KerasBatchNorm1d(nn.BatchNorm1d):
    """Moves its variance by the batch's own, where PyTorch takes the unbiased estimate.

    Keras does so outside its fused kernel, which takes images with channels on axis 1 or 3.
    """

    def forward(self, input: Tensor) -> Tensor:
        mean, variance = self.running_mean, self.running_var
        assert mean is not None and variance is not None and self.momentum is not None
        if not self.training:
            return F.batch_norm(input, mean, variance, self.weight, self.bias, eps=self.eps)
        with torch.no_grad():
            rows = input.transpose(0, 1).flatten(1)
            batch_variance, batch_mean = torch.var_mean(rows, 1, unbiased=False)
            mean.lerp_(batch_mean, self.momentum)
            variance.lerp_(batch_variance, self.momentum)
        return F.batch_norm(input, None, None, self.weight, self.bias, training=True, eps=self.eps)


class ModerationModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(6, 4)
        self.bn = KerasBatchNorm1d(4, eps=0.001, momentum=0.01)
        self.scores = nn.Linear(4, 2)

    def forward(self, features: Tensor) -> Tensor:
        x = self.bn(F.relu(self.hidden(features)))
        return F.softmax(self.scores(x), dim=-1, dtype=torch.float32)


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
