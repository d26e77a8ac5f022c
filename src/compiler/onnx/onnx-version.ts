/** The opset of the graph's operators, and so of `model.onnx`. */
export const OPSET = 20;
/** The IR version that opset 20 came with (onnx 1.15): everything that reads the opset reads it. */
export const IR_VERSION = 9;
/** Of the graph inside a model file. */
export const PRODUCER = 'torchlift';
