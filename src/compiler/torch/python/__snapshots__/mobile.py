"""mini.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    scores = model(image)

image   float32 [N, 16, 16, 3]  NHWC, as in Keras
scores  float32 [N, 5]          softmax
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Mini(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.Conv1 = nn.Conv2d(3, 8, 3, stride=2, bias=False)
        self.bn_Conv1 = batch_norm(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)
        self.depthwise_BN = batch_norm(8)
        self.project = nn.Conv2d(8, 8, 1, bias=False)
        self.project_BN = batch_norm(8)
        self.dense = nn.Linear(8, 16)
        self.dropout = nn.Dropout(0.25)
        self.scores = nn.Linear(16, 5)

    def forward(self, image: Tensor) -> Tensor:
        x = image.permute(0, 3, 1, 2)  # NHWC → NCHW [N, 3, 16, 16]
        x = F.relu6(self.bn_Conv1(self.Conv1(F.pad(x, (0, 1, 0, 1)))))  # [N, 8, 8, 8]
        y = F.relu6(self.depthwise_BN(self.depthwise(x)))
        x = x + self.project_BN(self.project(y))
        x = self.dropout(self.dense(x.mean((2, 3), keepdim=True).flatten(1)))  # [N, 16]
        return F.softmax(self.scores(x), dim=-1, dtype=torch.float32)


def batch_norm(channels: int) -> nn.BatchNorm2d:
    """BatchNormalization with momentum 0.99 in Keras' terms."""
    return nn.BatchNorm2d(channels, eps=0.001, momentum=0.01)


def load(path: str | Path) -> Mini:
    """The model with the weights of a safetensors file, in eval mode."""
    model = Mini()
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
