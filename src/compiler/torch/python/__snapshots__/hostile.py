"""'''?import os?os.system('x')?'''?.h5 (Keras 2.10.0) as a PyTorch module, converted by Torchlift.

    model = load("model.safetensors")
    x_1_import_os = model(self_)

self_          float32 [N, 4]
x_1_import_os  float32 [N, 3]  softmax over '''?import os?os.system('x')?'''?, F, ?gnp.exe
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ImportOsOsSystemX(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.import_os_os_system_x = nn.Linear(4, 4)
        self.layer_1_1 = nn.Dropout(0.5)
        self.class_ = nn.Linear(4, 4)
        self.forward_ = nn.Linear(4, 3)

    def forward(self, self_: Tensor) -> Tensor:
        x = self.layer_1_1(self.import_os_os_system_x(self_))
        x = self.class_(x)
        return F.softmax(self.forward_(x), dim=-1, dtype=torch.float32)


def load(path: str | Path) -> ImportOsOsSystemX:
    """The model with the weights of a safetensors file, in eval mode."""
    model = ImportOsOsSystemX()
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
