"""build_steps.py FOLDER: for each case one SGD step in real TensorFlow.

Leaves `<case>.npz` (input_0 …, target, output) and three files of the same model: `<case>.before.h5`, `<case>.after.h5` (weights and moving
statistics after the step) and `<case>.gradients.h5`, whose weights ARE the gradients (0 where there is none): converted like any model,
they come out under the keys and in the layouts that PyTorch's own gradients have.
"""

import os
import sys

import numpy as np
import tensorflow as tf
from cases import CASES

LEARNING_RATE = 0.1


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, build in CASES.items():
        tf.keras.backend.clear_session()
        tf.keras.utils.set_random_seed(11)
        model = build()
        generator = np.random.default_rng(1)
        inputs = [generator.normal(0, 1, (6, *value.shape[1:])).astype(np.float32) for value in model.inputs]
        target = generator.normal(0, 1, (6, *model.output.shape[1:])).astype(np.float32)
        path = os.path.join(folder, name)
        model.save(f"{path}.before.h5", include_optimizer=False)
        with tf.GradientTape() as tape:
            output = model(inputs if len(inputs) > 1 else inputs[0], training=True)
            loss = tf.reduce_mean(tf.square(output - target))
        gradients = tape.gradient(loss, model.trainable_variables)
        tf.keras.optimizers.SGD(LEARNING_RATE).apply_gradients(zip(gradients, model.trainable_variables))
        model.save(f"{path}.after.h5", include_optimizer=False)
        by_variable = {variable.ref(): gradient for variable, gradient in zip(model.trainable_variables, gradients)}
        model.set_weights([np.zeros(weight.shape, np.float32) if by_variable.get(weight.ref()) is None else by_variable[weight.ref()].numpy() for weight in model.weights])
        model.save(f"{path}.gradients.h5", include_optimizer=False)
        arrays = {f"input_{index}": array for index, array in enumerate(inputs)}
        np.savez(f"{path}.npz", target=target, output=output.numpy(), **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
