"""Runs a TorchScript model."""

from torchlift_worker.allocator import keep_freed_memory

keep_freed_memory()

import itertools  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402

from torchlift_worker.answering import answer  # noqa: E402
from torchlift_worker.cuda_runner import CudaRunner  # noqa: E402
from torchlift_worker.emitted_source import load_emitted_source  # noqa: E402
from torchlift_worker.measuring import measure, measure_stream  # noqa: E402
from torchlift_worker.no_device import NoDevice  # noqa: E402
from torchlift_worker.pipeline import Pipeline  # noqa: E402


class TorchHost:
    METHODS = ("run", "answer", "measure", "layers", "layer", "source")

    def __init__(self, model, threads=None, device="auto", preprocess=None):
        """model: path of a TorchScript archive whose hash the caller has verified. device: "cpu", "cuda", or "auto", which is CUDA where
        there is one. preprocess: path of a `preprocess.py` whose hash the caller has verified, for `answer`."""
        if threads:
            torch.set_num_threads(threads)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        if device == "cuda" and not torch.cuda.is_available():
            raise NoDevice(f"torch {torch.__version__} finds no GPU")
        self.path = model
        self.model = torch.jit.freeze(torch.jit.load(model, map_location=device).eval())
        self.pipeline = None if preprocess is None else Pipeline(preprocess)
        self.unfrozen = None
        self.emitted = {}
        self.taps = []
        # Shapes differ between calls; the profiling executor would specialise and compile anew for each.
        torch.jit.set_fusion_strategy([("DYNAMIC", 0)])
        self.version = torch.__version__
        self.device = device if device == "cpu" else f"cuda ({torch.cuda.get_device_name()})"
        self.autocast_dtype = torch.bfloat16
        self.torch_device = device
        self.cuda = device == "cuda"
        if self.cuda:
            torch.backends.cudnn.benchmark = True
            torch.backends.cudnn.allow_tf32 = False  # "fp32" is what it says; whoever wants it faster has autocast
            if not torch.cuda.is_bf16_supported():
                self.autocast_dtype = torch.float16

    def run(self, arrays, precision="fp32"):
        """The inputs in the model's order; the outputs come back in its order, float32 as the bundle promises.
        precision: "fp32", as the file is, or "autocast", to bfloat16 (float16 on a GPU that lacks it)."""
        if self.cuda:
            runner = self.cuda_runner(precision)
            outputs = runner.collect(runner.launch(runner.pin(arrays)))
        else:
            outputs = self.forward([torch.from_numpy(array) for array in arrays], precision)
        return [np.asarray(output) for output in outputs], {}

    def answer(self, arrays, requests, precision="fp32"):
        """Several requests in one batch (answering.py)."""
        return answer(arrays, requests, self.pipeline, lambda inputs: self.run(inputs, precision)[0])

    def measure(self, arrays, iterations, precision="fp32"):
        """Milliseconds of each of so many runs, float64. On CUDA, from one answer to the next, the next batch's copy going beside."""
        if not self.cuda:
            return [measure(lambda: self.run(arrays, precision), iterations)], {}
        runner = self.cuda_runner(precision)
        return [measure_stream(runner.stream(itertools.repeat(runner.pin(arrays), iterations + 1)))], {}

    def cuda_runner(self, precision):
        return CudaRunner(lambda inputs: self.forward(inputs, precision))

    def forward(self, inputs, precision):
        return self.compute(self.model, inputs, precision)

    def compute(self, function, inputs, precision):
        with torch.inference_mode(), torch.autocast("cuda" if self.cuda else "cpu", self.autocast_dtype, enabled=precision == "autocast"):
            outputs = function(*inputs)
        return [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)

    def layers(self, arrays, precision="fp32"):
        """Runs the archive's method `layers`, which freezing has dropped from the model that serves. The tensors wait for `layer`; the answer
        has their dtypes as torch computed them."""
        if self.unfrozen is None:
            self.unfrozen = torch.jit.load(self.path, map_location=self.torch_device).eval()
        if not hasattr(self.unfrozen, "layers"):
            raise ValueError("this archive has no method layers: convert the Keras model again")
        self.taps = self.compute(self.unfrozen.layers, self.on_device(arrays), precision)
        return [], {"dtypes": [str(tap.dtype).replace("torch.", "") for tap in self.taps]}

    def layer(self, arrays, position, axes):
        """The tensor of one call of the last `layers`, its axes permuted, as float32 or, where that isn't exact, float64; it is forgotten then."""
        tap, self.taps[position] = self.taps[position], None
        fits = tap.dtype.is_floating_point or tap.dtype in (torch.bool, torch.uint8, torch.int8, torch.int16)
        exact = torch.float32 if fits and tap.dtype != torch.float64 else torch.float64
        return [np.asarray(tap.permute(axes).to("cpu", exact))], {}

    def source(self, arrays, module, weights):
        """As `run`, but of model.py with its weights: paths of files whose hashes the caller has verified."""
        if self.emitted.get("files") != (module, weights):
            self.emitted = {"files": (module, weights), "model": load_emitted_source(module, weights).to(self.torch_device)}
        return [np.asarray(output.cpu()) for output in self.compute(self.emitted["model"], self.on_device(arrays), "fp32")], {}

    def on_device(self, arrays):
        return [torch.from_numpy(array).to(self.torch_device) for array in arrays]
