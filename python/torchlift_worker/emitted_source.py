"""Loads the model.py that a conversion emitted."""

import importlib.util


def load_emitted_source(module, weights):
    """The module in eval mode. module: path of model.py. weights: path of model.safetensors."""
    specification = importlib.util.spec_from_file_location("torchlift_emitted_model", module)
    emitted = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(emitted)
    return emitted.load(weights)
