"""foreign.onnx (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    y = model(data)

data  float32 [N, 3, 8, 8]  NCHW
y     float32 [N, 4, 6, 6]
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Foreign(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w0 = nn.Parameter(torch.zeros(4, 3, 3, 3))
        self.b0 = nn.Parameter(torch.zeros(4))

    def forward(self, data: Tensor) -> Tensor:
        return F.relu(F.conv2d(data, self.w0, bias=self.b0).to(torch.float32))


def load(path: str | Path) -> Foreign:
    """The model with the weights of a safetensors file, in eval mode."""
    model = Foreign()
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
