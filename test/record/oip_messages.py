"""python oip_messages.py > src/dialects/testing/open-inference.json

Requests as tritonclient writes them, and what it reads from answers: bytes in base64. Needs tritonclient[http] (2.73.0) and numpy.
"""

import base64
import json

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

FLOATS = np.array([[0.1, -2.5], [float("nan"), 1e-30]], np.float32)
FINITE = np.array([[0.1, -2.5], [3.0, 1e-30]], np.float32)
IDS = np.array([1, -2, 3], np.int64)
FLAGS = np.array([True, False])
IMAGES = np.array([b"\xff\xd8\xff", b""], np.object_)


def tensor(name, array, datatype, binary):
    given = InferInput(name, list(array.shape), datatype)
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def described(name, array):
    if array.dtype == np.object_:
        return {"name": name, "dtype": "bytes", "shape": list(array.shape), "elements": [base64.b64encode(each).decode() for each in array.ravel()]}
    return {"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def request(title, inputs, outputs=None, request_id=""):
    tensors = [tensor(name, array, datatype, binary) for name, array, datatype, binary in inputs]
    body, json_bytes = InferenceServerClient.generate_request_body(tensors, outputs=outputs, request_id=request_id)
    return {
        "title": title,
        "body": base64.b64encode(body).decode(),
        "jsonBytes": json_bytes,
        "id": request_id or None,
        "inputs": [described(name, array) for name, array, _, _ in inputs],
        "binaryOutput": outputs is None or outputs[0]._get_tensor()["parameters"].get("binary_data", False),
    }


print(
    json.dumps(
        {
            "requests": [
                request("binary", [("x", FLOATS, "FP32", True), ("ids", IDS, "INT64", True), ("flags", FLAGS, "BOOL", True)], request_id="7"),
                request("JSON", [("x", FINITE, "FP32", False), ("ids", IDS, "INT64", False)], [InferRequestedOutput("y", binary_data=False)]),
                request(
                    "binary behind JSON",
                    [("x", FINITE, "FP32", False), ("flags", FLAGS, "BOOL", True)],
                    [InferRequestedOutput("y", binary_data=True)],
                ),
                request("bytes", [("image", IMAGES, "BYTES", True)]),
            ]
        },
        indent=1,
    )
)
