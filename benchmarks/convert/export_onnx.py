"""export_onnx.py H5 ONNX: the usual first half, tf2onnx. Needs TensorFlow 2.10.1, tf2onnx 1.14.0, onnx 1.12.0."""

import sys

import tensorflow as tf
import tf2onnx

model = tf.keras.models.load_model(sys.argv[1], compile=False)
tf2onnx.convert.from_keras(model, opset=15, output_path=sys.argv[2])
