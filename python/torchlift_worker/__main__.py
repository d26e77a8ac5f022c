"""python -m torchlift_worker --socket PATH --engine torch|tensorflow|preprocess

Connects to the parent's socket and answers its requests one by one until the stream ends. A request is {id, method, …options} with tensors:
`load` makes the engine's host from the options; `sample` {on} begins or ends the sampling of the GPU; every other method is one that the
host names in METHODS, called as method(arrays, **options) and returning (arrays, fields of the answer). Every request is answered with its
id; a failed one with {error}.
"""

import argparse
import importlib
import os
import resource
import signal
import socket
import sys
import threading
import time

# Imported when a model is loaded, so that a framework that is missing is an answer and not a dead process.
HOSTS = {
    "torch": ("torchlift_worker.torch_host", "TorchHost"),
    "tensorflow": ("torchlift_worker.tensorflow_host", "TensorFlowHost"),
    "preprocess": ("torchlift_worker.preprocess_host", "PreprocessHost"),
}


class Worker:
    def __init__(self, engine):
        self.engine = engine
        self.host = None
        self.sampler = None

    def answer(self, method, arrays, options):
        """(arrays, fields of the answer)."""
        if method == "load":
            module, name = HOSTS[self.engine]
            self.host = getattr(importlib.import_module(module), name)(**options)
            return [], {"version": self.host.version, "device": getattr(self.host, "device", "cpu")}
        if self.host is None:
            raise ValueError("no model is loaded")
        if method == "sample":
            return [], self.sample(**options)
        if method not in self.host.METHODS:
            raise ValueError(f"unknown method {method!r}")
        return getattr(self.host, method)(arrays, **options)

    def sample(self, on):
        """Ending it gives the figures, null where the model runs on the CPU or NVML can't be had."""
        if on and self.host.device != "cpu":
            try:
                from torchlift_worker.gpu_sampler import GpuSampler

                self.sampler = GpuSampler()
                self.sampler.start()
            except Exception:  # no nvidia-ml-py, no driver, no such GPU: no figure
                self.sampler = None
        if on or self.sampler is None:
            return {"gpuUtilisation": None, "gpuMemoryBytes": None}
        return self.sampler.stop()


def serve(connection, worker):
    from torchlift_worker.framing import read_frame, write_frame
    from torchlift_worker.no_device import NoDevice

    while True:
        frame = read_frame(connection)
        if frame is None:
            return
        header, arrays = frame
        reply = {"id": header.get("id")}
        outputs = []
        try:
            options = {key: value for key, value in header.items() if key not in ("id", "method", "tensors")}
            started, cpu_started = time.perf_counter(), time.process_time()
            outputs, fields = worker.answer(header.get("method"), arrays, options)
            reply.update(
                fields,
                milliseconds=(time.perf_counter() - started) * 1e3,
                cpuMilliseconds=(time.process_time() - cpu_started) * 1e3,  # of all threads
                peakBytes=peak_bytes(),
            )
        except Exception as error:  # every request is answered, whatever the framework throws
            # Only our own errors have a code of ours: those of frameworks have attributes of that name too.
            is_known = isinstance(error, NoDevice)
            reply["error"] = f"{error}" if is_known else f"{type(error).__name__}: {error}"
            reply["code"] = error.code if is_known else None
            outputs = []
        write_frame(connection, reply, [(str(index), output) for index, output in enumerate(outputs)])


def peak_bytes():
    """This process's largest resident size so far. Linux carries ru_maxrss over from the parent that forked it: Node's own size."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def end_with_parent():
    """Ends this process when its parent is gone, even while the framework is busy: the pipe on standard input closes then."""

    def wait():
        while sys.stdin.buffer.read(4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(prog="torchlift_worker", description=__doc__)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--engine", choices=sorted(HOSTS), required=True)
    options = parser.parse_args()
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")  # as NVML counts them
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    end_with_parent()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(options.socket)
        serve(connection, Worker(options.engine))


if __name__ == "__main__":
    main()
