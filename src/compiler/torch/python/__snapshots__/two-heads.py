"""two heads.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    severity, verdict, again = model(text, image)

text      float32 [N, 4]
image     float32 [N, 4]
severity  float32 [N, 1]
verdict   float32 [N, 2]  softmax over safe, unsafe
again     float32 [N, 1]
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class TwoHeads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(8, 8)
        self.severity = nn.Linear(8, 1)
        self.verdict = nn.Linear(8, 2)

    def forward(self, text: Tensor, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = torch.cat([text, image], dim=1)
        x = F.relu(self.hidden(x))
        severity = self.severity(x).to(torch.float32)
        verdict = F.softmax(self.verdict(x), dim=-1, dtype=torch.float32)
        return severity, verdict, severity


def load(path: str | Path) -> TwoHeads:
    """The model with the weights of a safetensors file, in eval mode."""
    model = TwoHeads()
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
