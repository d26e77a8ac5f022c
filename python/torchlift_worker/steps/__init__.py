"""The steps of a pipeline, each once. What a bundle's `preprocess.py` does is the source of these functions, copied by src/preprocess."""
