"""python -m torchlift_worker --socket PATH --engine torch|tensorflow

Connects to the parent's socket and answers its requests one by one until the stream ends: `load` {model, threads}, `run` {autocast} with
the inputs as tensors. Every request is answered with its id; a failed one with {error}.
"""

import argparse
import os
import resource
import signal
import socket
import sys
import threading
import time


def open_host(engine, model, threads):
    if engine == "torch":
        from torchlift_worker.allocator import keep_freed_memory

        keep_freed_memory()
        from torchlift_worker.torch_host import TorchHost

        return TorchHost(model, threads)
    from torchlift_worker.tensorflow_host import TensorFlowHost

    return TensorFlowHost(model, threads)


def serve(connection, engine):
    from torchlift_worker.framing import read_frame, write_frame

    host = None
    while True:
        frame = read_frame(connection)
        if frame is None:
            return
        header, arrays = frame
        reply = {"id": header.get("id")}
        outputs = []
        try:
            method = header.get("method")
            if method == "load":
                started = time.perf_counter()
                host = open_host(engine, header["model"], header.get("threads"))
                reply.update(version=host.version, milliseconds=(time.perf_counter() - started) * 1e3)
            elif method == "run":
                if host is None:
                    raise ValueError("no model is loaded")
                started = time.perf_counter()
                outputs = host.run(arrays, header.get("autocast"))
                reply["milliseconds"] = (time.perf_counter() - started) * 1e3
                unit = 1 if sys.platform == "darwin" else 1024
                reply["peakBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
            else:
                raise ValueError(f"unknown method {method!r}")
        except Exception as error:  # every request is answered, whatever the framework throws
            reply["error"] = f"{type(error).__name__}: {error}"
            outputs = []
        write_frame(connection, reply, [(str(index), output) for index, output in enumerate(outputs)])


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
    parser.add_argument("--engine", choices=["torch", "tensorflow"], required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    end_with_parent()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(options.socket)
        serve(connection, options.engine)


if __name__ == "__main__":
    main()
