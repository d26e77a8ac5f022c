import { TorchliftError } from '../../../core/errors.ts';
import type { ModelProto } from '../../../formats/onnx/proto.ts';
import { countOperators } from '../count-operators.ts';

/** The error for a model that Torchlift didn't write, with all its operators. */
export function foreignModel(model: ModelProto, fileName: string): TorchliftError {
  const operators = countOperators(model);
  return new TorchliftError('unsupported', {
    what: `this ONNX file was written by ${model.producerName || 'an unknown program'}; files that Torchlift didn't write aren't converted yet`,
    where: fileName,
    details: operators.map(({ domain, op, count }) => `${domain === '' ? '' : `${domain}:`}${op} (${count})`),
    remedy: 'Give the Keras .h5 file or the tfjs model.json that the ONNX file was made from.',
  });
}
