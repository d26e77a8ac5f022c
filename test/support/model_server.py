"""model_server.py MODEL.h5: serves it over TensorFlow Serving's REST (/v1) and the Open Inference Protocol (/v2), written from the
protocols' own pages, so that it knows nothing of our codecs. Prints its port. `tiny` takes tensors, `bytes` takes images and gives their
sizes, `images` and `caffe` take images, decode and resize them for the model, the one to 0..1, the other to BGR less its mean; /plain/v2 lacks the binary extension. A request with the header X-Fault breaks as it says, once in a row."""

import base64
import json
import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import tensorflow as tf

model = tf.keras.models.load_model(sys.argv[1], compile=False)
broken = set()


def predict(rows):
    return model(tf.constant(np.asarray(rows, np.float32)), training=False).numpy()


def sizes(images):
    return np.array([tf.io.decode_image(image).shape[:2] for image in images], np.float32)


def predict_images(images, values):
    """By a pipeline of its own: TensorFlow's decoder and bilinear."""
    size = model.input_shape[1:3]
    return predict([values(tf.image.resize(tf.io.decode_image(image, channels=3, expand_animations=False), size)) for image in images])


ANSWERS = {
    "bytes": sizes,
    "images": lambda images: predict_images(images, lambda pixels: pixels / 255),
    "caffe": lambda images: predict_images(images, lambda pixels: pixels[..., ::-1] - (103.939, 116.779, 123.68)),
}


def tf_serving(path, body):
    image_bytes = ("image_bytes", "DT_STRING", ["-1"])
    ports = {"tiny": ("x", "DT_FLOAT", ["-1", "4"]), **{name: image_bytes for name in ANSWERS}}
    name = path.split("/")[3].split(":")[0]
    if name not in ports:
        return 404, {"error": f"Servable not found for request: Latest({name})"}
    if body is None:
        key, dtype, shape = ports[name]
        tensor = {"dtype": dtype, "tensor_shape": {"dim": [{"size": size, "name": ""} for size in shape], "unknown_rank": False}, "name": "i:0"}
        scores = {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [], "unknown_rank": True}, "name": "o:0"}
        signature = {"inputs": {key: tensor}, "outputs": {"scores": scores}, "method_name": "tensorflow/serving/predict"}
        return 200, {"model_spec": {"name": name}, "metadata": {"signature_def": {"signature_def": {"serving_default": signature}}}}
    request = json.loads(body)
    rows = request.get("instances", request.get("inputs"))
    try:
        if name == "tiny":
            outputs = predict(rows)
        else:
            outputs = ANSWERS[name]([base64.b64decode(row["b64"]) for row in rows])
    except Exception as error:
        return 400, {"error": str(error)}
    return 200, {"predictions" if "instances" in request else "outputs": outputs.tolist()}


def open_inference(path, headers, body, binary):
    if path.endswith("/v2"):
        return 200, {"name": "test", "version": "1", "extensions": ["binary_tensor_data"] if binary else []}, b""
    if body is None:
        tensors = {
            "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}],
            "outputs": [{"name": "scores", "datatype": "FP32", "shape": [-1, 2]}],
        }
        return 200, {"name": "tiny", "versions": ["1"], "platform": "tensorflow", **tensors}, b""
    length = headers.get("Inference-Header-Content-Length")
    if (length is not None) != binary:
        return 400, {"error": "binary_tensor_data was spoken where it wasn't offered, or the other way round"}, b""
    head = json.loads(body[: int(length)] if binary else body)
    [tensor] = head["inputs"]
    data = np.frombuffer(body[int(length) :], np.float32) if binary else np.array(tensor["data"], np.float32)
    scores = predict(data.reshape(tensor["shape"]))
    output = {"name": "scores", "datatype": "FP32", "shape": list(scores.shape)}
    if not binary:
        return 200, {"model_name": "tiny", "outputs": [{**output, "data": scores.ravel().tolist()}]}, b""
    assert head["parameters"]["binary_data_output"] is True
    raw = struct.pack(f"<{scores.size}f", *scores.ravel())
    return 200, {"model_name": "tiny", "outputs": [{**output, "parameters": {"binary_data_size": len(raw)}}]}, raw


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(None)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body):
        path, _, fault = self.path.partition("?fault=")
        if fault and body is not None and fault not in broken:
            broken.add(fault)
            if fault == "cut":
                self.close_connection = True
                return
            if fault == "redirect":
                self.send(302, {}, b"", {"Location": "http://127.0.0.1:1/"})
                return
            if fault == "garbled":
                self.send(200, "{", b"")
            elif fault == "short":
                self.send(200, {"outputs": [[0.5, 0.5]]}, b"")
            else:
                self.send(int(fault), {"error": "not now"}, b"")
            return
        if path.startswith("/v1"):
            self.send(*tf_serving(path, body), b"")
        else:
            plain = path.startswith("/plain")
            self.send(*open_inference(path, self.headers, body, not plain))

    def send(self, status, fields, raw, headers=None):
        text = json.dumps(fields).encode()
        self.send_response(status)
        if raw:
            self.send_header("Inference-Header-Content-Length", str(len(text)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(text) + len(raw)))
        self.end_headers()
        self.wfile.write(text + raw)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
