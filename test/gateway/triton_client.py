"""triton_client.py HOST:PORT MODEL INPUT OUTPUT: asks a server by Triton's own client, and prints what it found as JSON."""

import json
import sys

import numpy as np
import tritonclient.http as triton

address, model, input_name, output_name = sys.argv[1:]
client = triton.InferenceServerClient(address)
[described] = client.get_model_metadata(model)["inputs"]
shape = [2, *described["shape"][1:]]
rows = np.random.default_rng(1).random(shape, np.float32)
answers = []
for binary in (True, False):
    given = triton.InferInput(input_name, shape, described["datatype"])
    given.set_data_from_numpy(rows, binary_data=binary)
    answer = client.infer(model, [given], outputs=[triton.InferRequestedOutput(output_name, binary_data=binary)], request_id="my-id")
    answers.append({"id": answer.get_response()["id"], "scores": answer.as_numpy(output_name).tolist()})
try:
    client.infer("none", [given])
    refused = None
except triton.InferenceServerException as error:
    refused = str(error)
print(json.dumps({"ready": [client.is_server_live(), client.is_server_ready(), client.is_model_ready(model)], "answers": answers, "refused": refused}))
