"""What every call inside a Keras model gives. Keras' own `Model(inputs, inner.output)` is disconnected where `inner` is a nested model, so
the model runs eagerly once with `Layer.__call__` wrapped."""

import collections

import tensorflow as tf


class Call:
    def __init__(self, layer, inputs, models):
        self.layer = layer
        self.inputs = inputs
        self.models = models  # the calls of nested models that this one stands in
        self.outputs = []
        self.is_needed = False


def record_calls(model, inputs):
    """Runs the model in inference mode and gives [(layer, which call of it, first output)] in the order in which Keras ran them: the calls
    that the outputs depend on, those in nested models included, those that a layer makes of its own (a wrapper's, an activation's) not."""
    calls = []
    stack = []
    original = tf.keras.layers.Layer.__call__

    def recorded(layer, *args, **kwargs):
        if any(not is_model(call.layer) for call in stack):
            return original(layer, *args, **kwargs)
        call = Call(layer, tensors_in((args, kwargs)), list(stack))
        if is_model(layer):
            calls.append(call)
        stack.append(call)
        try:
            outputs = original(layer, *args, **kwargs)
        finally:
            stack.pop()
        if not is_model(layer):
            call.outputs = tf.nest.flatten(outputs)
            calls.append(call)
        return outputs

    tf.keras.layers.Layer.__call__ = recorded
    try:
        outputs = model(inputs, training=False)
    finally:
        tf.keras.layers.Layer.__call__ = original
    mark_needed(calls, tensors_in(outputs))
    counts = collections.Counter()
    recorded_calls = []
    for call in calls:
        if is_model(call.layer) or not call.is_needed:
            continue
        recorded_calls.append((call.layer, counts[id(call.layer)], call.outputs[0]))
        counts[id(call.layer)] += 1
    return recorded_calls


def mark_needed(calls, outputs):
    """Keras runs every output of a nested model, used or not. Backwards from the outputs, by the tensors' identity: the calls hold them all,
    so that no id comes twice. Keras may cast what enters a nested model; what such a tensor was isn't known, so it stands for all that entered."""
    made = {id(output) for call in calls for output in call.outputs}
    needed = {id(output) for output in outputs}
    for call in reversed(calls):
        if not call.is_needed and not any(id(output) in needed for output in call.outputs):
            continue
        call.is_needed = True
        needed.update(id(tensor) for tensor in call.inputs)
        if any(id(tensor) not in made for tensor in call.inputs):
            for model in call.models:
                model.is_needed = True


def layer_places(model, prefix=()):
    """By the layer's id: every place where it stands, as a path of names joined by "/"."""
    places = collections.defaultdict(list)
    for layer in model.layers:
        path = (*prefix, layer.name)
        if is_model(layer):
            for inner, paths in layer_places(layer, path).items():
                places[inner] += paths
        else:
            places[id(layer)].append("/".join(path))
    return places


def is_model(layer):
    return isinstance(layer, tf.keras.Model)


def tensors_in(structure):
    return [item for item in tf.nest.flatten(structure) if tf.is_tensor(item)]
