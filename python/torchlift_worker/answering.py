"""Several callers' requests in one batch: what is wrong with one of them harms none of the others."""

import numpy as np

from torchlift_worker.pipeline import attempt


def answer(arrays, requests, pipeline, run):
    """arrays: of all requests, one behind the other. requests: for each how many arrays are its inputs, in the model's order, the rows first;
    0 where its one array is an image's bytes, which `pipeline` prepares. run: inputs -> outputs, the rows first.
    Gives the outputs of all that succeeded, one behind the other, and for each request {error} or {flags, outputs: how many}."""
    arrays = iter(arrays)
    found = [prepare(arrays, inputs, pipeline) for inputs in requests]
    reports = [report for _, report in found]
    answers = {}
    for group in groups_of_one_shape({index: inputs for index, (inputs, _) in enumerate(found) if inputs is not None}):
        answers.update(run_together(group, run))
    outputs = []
    for index, answered in sorted(answers.items()):
        if isinstance(answered, Exception):
            reports[index] = {"error": f"{type(answered).__name__}: {answered}"}
        else:
            outputs.extend(answered)
            reports[index]["outputs"] = len(answered)
    return outputs, {"requests": reports}


def prepare(arrays, inputs, pipeline):
    """(inputs, {flags}) of one request, or (None, {error})."""
    if inputs > 0:
        return [next(arrays) for _ in range(inputs)], {"flags": []}
    data = bytes(next(arrays))
    row, report = attempt(lambda: pipeline.row(data))
    return (None if row is None else [row]), report


def groups_of_one_shape(requests):
    """Only what has the same shape behind the rows fits into one batch; where a model leaves sizes free, requests can differ."""
    groups = {}
    for index, inputs in requests.items():
        groups.setdefault(tuple(array.shape[1:] for array in inputs), {})[index] = inputs
    return groups.values()


def run_together(group, run):
    """By index each request's outputs, or the exception."""
    requests = list(group.values())
    try:
        outputs = run(requests[0] if len(requests) == 1 else [np.concatenate(arrays) for arrays in zip(*requests)])
    except Exception as error:  # one of them is to blame: each alone
        if len(group) == 1:
            return {index: error for index in group}
        return {index: answered for index, inputs in group.items() for answered in [run_together({index: inputs}, run)[index]]}
    ends = np.cumsum([inputs[0].shape[0] for inputs in requests])[:-1]
    return dict(zip(group, zip(*[np.split(output, ends) for output in outputs])))
