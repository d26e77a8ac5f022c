"""trace_torch.py ONNX PT: the usual second half, onnx2torch and torch.jit.trace. torchvision is only imported for operators that no model
here uses; a stand-in module whose `ops` answers any name takes its place."""

import sys
import types
from unittest.mock import MagicMock

torchvision = types.ModuleType("torchvision")
torchvision.ops = MagicMock()
sys.modules["torchvision"] = torchvision
sys.modules["torchvision.ops"] = torchvision.ops

import onnx2torch  # noqa: E402
import torch  # noqa: E402

model = onnx2torch.convert(sys.argv[1]).eval()
with torch.no_grad():
    torch.jit.trace(model, torch.rand(1, 299, 299, 3)).save(sys.argv[2])
