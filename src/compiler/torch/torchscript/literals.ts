import type { DType } from '../../../core/dtypes.ts';
import { TorchliftError } from '../../../core/errors.ts';
import type { Argument } from '../program.ts';

/** c10::ScalarType: TorchScript writes a dtype as its number. */
const SCALAR_TYPES: Readonly<Partial<Record<DType, number>>> = {
  uint8: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  bool: 11,
  bfloat16: 15,
};

/** c10::MemoryFormat. */
const MEMORY_FORMATS = { contiguous: 0, channels_last: 2 } as const;

/** A literal as TorchScript's parser reads it. */
export function printLiteral(argument: Exclude<Argument, { kind: 'variable' | 'state' | 'tensors' | 'training' }>): string {
  switch (argument.kind) {
    case 'int':
      return String(argument.value);
    case 'ints':
      return `[${argument.values.join(', ')}]`;
    case 'float':
      return printFloat(argument.value);
    case 'bool':
      return argument.value ? 'True' : 'False';
    case 'string':
      return JSON.stringify(argument.value);
    case 'dtype':
      return String(scalarType(argument.value));
    case 'memory-format':
      return String(MEMORY_FORMATS[argument.value]);
    case 'none':
      return 'None';
  }
}

/** `6.`, `0.001`, `-inf`: a float always shows that it is one. */
function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.`;
}

function scalarType(dtype: DType): number {
  const number = SCALAR_TYPES[dtype];
  if (number === undefined) throw new TorchliftError('unsupported', { what: `${dtype} has no TorchScript type that torch 2.1 knows` });
  return number;
}
