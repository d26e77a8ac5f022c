"""LitServe, tuned: a worker a core, batches of eight, no waiting for them to fill beyond a millisecond. It takes files as forms alone."""

import os

import litserve
from fastapi import UploadFile

from shared import Model


class Api(litserve.LitAPI):
    def setup(self, device):
        self.model = Model(os.environ["BUNDLE"])

    def decode_request(self, request: UploadFile):
        return request.file.read()

    def batch(self, inputs):
        return inputs

    def predict(self, images):
        return self.model(images)

    def unbatch(self, output):
        return output

    def encode_response(self, output):
        return {"scores": output}


if __name__ == "__main__":
    api = Api(max_batch_size=8, batch_timeout=0.001, api_path="/v1/moderate")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=int(os.environ["WORKERS"]))
    server.run(port=int(os.environ["PORT"]), host="127.0.0.1", generate_client_file=False, log_level="warning")
