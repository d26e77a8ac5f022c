"""Runs batches on CUDA so that copying goes beside computing: inputs from pinned memory on a stream of their own, outputs into pinned memory,
and the next batch enqueued before the last one's answer is waited for."""

import torch


class CudaRunner:
    def __init__(self, forward):
        """forward: tensors on the device → list of tensors on the device, enqueued on the current stream."""
        self.forward = forward
        self.copies = torch.cuda.Stream()

    def pin(self, arrays):
        """Copies into memory that the device reads without the processor's help."""
        return [torch.from_numpy(array).pin_memory() for array in arrays]

    def launch(self, pinned):
        """Enqueues a batch and returns at once; `collect` waits for its outputs."""
        with torch.cuda.stream(self.copies):
            inputs = [tensor.to("cuda", non_blocking=True) for tensor in pinned]
        compute = torch.cuda.current_stream()
        compute.wait_stream(self.copies)
        for tensor in inputs:
            # Allocated for the other stream, which would reuse the memory while this one still reads it.
            tensor.record_stream(compute)
        outputs = [torch.empty(output.shape, dtype=output.dtype, pin_memory=True).copy_(output, non_blocking=True) for output in self.forward(inputs)]
        done = torch.cuda.Event()
        done.record()
        return outputs, done

    def collect(self, launched):
        """The outputs of a batch, in memory of the host."""
        outputs, done = launched
        done.synchronize()
        return outputs

    def stream(self, batches):
        """The outputs of pinned batches in their order, one batch ahead."""
        ahead = None
        for pinned in batches:
            launched = self.launch(pinned)
            if ahead is not None:
                yield self.collect(ahead)
            ahead = launched
        if ahead is not None:
            yield self.collect(ahead)
