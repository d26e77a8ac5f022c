"""What NVML says of the GPU while something runs. Needs nvidia-ml-py; without it, without a driver or without a GPU there is no figure."""

import os
import threading
import time

# NVML's utilisation is over its last sampling period, which is at most a second: until then it still speaks of what ran before.
SAMPLING_PERIOD_S = 1.0
INTERVAL_S = 0.1


class GpuSampler:
    def __init__(self):
        """Raises ImportError or NVMLError where NVML can't be had."""
        import pynvml

        self.nvml = pynvml
        pynvml.nvmlInit()
        # CUDA_DEVICE_ORDER is PCI_BUS_ID (see __main__.py), which is NVML's order.
        first = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip()
        self.handle = (
            pynvml.nvmlDeviceGetHandleByUUID(first) if first.startswith(("GPU-", "MIG-")) else pynvml.nvmlDeviceGetHandleByIndex(int(first or 0))
        )
        self.thread = None

    def start(self):
        self.utilisation, self.memory = [], []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()

    def stop(self):
        """{gpuUtilisation: percent, mean; gpuMemoryBytes: of this process, peak}; null where too short a run or the driver gave none."""
        self.stopped.set()
        self.thread.join()
        return {
            "gpuUtilisation": sum(self.utilisation) / len(self.utilisation) if self.utilisation else None,
            "gpuMemoryBytes": max(self.memory, default=None),
        }

    def sample(self):
        started = time.perf_counter()
        while not self.stopped.wait(INTERVAL_S):
            try:
                if time.perf_counter() - started > SAMPLING_PERIOD_S:
                    self.utilisation.append(self.nvml.nvmlDeviceGetUtilizationRates(self.handle).gpu)
                for process in self.nvml.nvmlDeviceGetComputeRunningProcesses(self.handle):
                    # In a container the driver may know this process by another number; then it isn't in the list.
                    if process.pid == os.getpid() and process.usedGpuMemory is not None:
                        self.memory.append(process.usedGpuMemory)
            except self.nvml.NVMLError:
                return
