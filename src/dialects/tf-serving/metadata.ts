import type { DType } from '../../core/dtypes.ts';
import { malformedMessage } from '../malformed-message.ts';
import { parseMessage } from '../parse-message.ts';
import type { WirePort, WireSignature, WireTensor } from '../wire-tensor.ts';

const DTYPES: Readonly<Record<string, WireTensor['dtype']>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float64',
  DT_HALF: 'float16',
  DT_BFLOAT16: 'bfloat16',
  DT_INT64: 'int64',
  DT_INT32: 'int32',
  DT_INT16: 'int16',
  DT_INT8: 'int8',
  DT_UINT64: 'uint64',
  DT_UINT32: 'uint32',
  DT_UINT16: 'uint16',
  DT_UINT8: 'uint8',
  DT_BOOL: 'bool',
  DT_STRING: 'bytes',
} satisfies Record<string, DType | 'bytes'>;

interface TensorInfo {
  readonly dtype?: string;
  readonly tensor_shape?: { readonly dim?: readonly { readonly size?: string }[]; readonly unknown_rank?: boolean };
}

/**
 * A signature from the answer of `GET …/metadata`. JSON of a protobuf map has no order: ports come by name.
 * Errors: `malformed-message` (not of that form, no such signature, a dtype without a counterpart).
 */
export function decodeMetadata(text: string, signatureName = 'serving_default'): WireSignature {
  const { metadata } = parseMessage(text) as { metadata?: { signature_def?: { signature_def?: Record<string, unknown> } } };
  const signatures = metadata?.signature_def?.signature_def ?? {};
  const signature = Object.hasOwn(signatures, signatureName) ? signatures[signatureName] : undefined;
  if (signature === undefined) {
    throw malformedMessage(`the served model has no signature ${signatureName}; it has ${Object.keys(signatures).join(', ') || 'none'}`);
  }
  const { inputs = {}, outputs = {} } = signature as { inputs?: Record<string, TensorInfo>; outputs?: Record<string, TensorInfo> };
  return { inputs: portsOf(inputs), outputs: portsOf(outputs) };
}

function portsOf(tensors: Readonly<Record<string, TensorInfo>>): readonly WirePort[] {
  return Object.entries(tensors)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { dtype = '', tensor_shape: shape }]) => {
      const known = Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
      if (known === undefined) throw malformedMessage(`${name} of the served model has dtype ${dtype}, which has no counterpart`);
      return { name, dtype: known, shape: shape === undefined || shape.unknown_rank ? null : (shape.dim ?? []).map(({ size }) => Number(size)) };
    });
}

/** The answer of `GET …/metadata`. */
export function encodeMetadata({ name, version, signatureName, signature }: ServedSignature): string {
  const method = 'tensorflow/serving/predict';
  const definition = { inputs: infosOf(signature.inputs), outputs: infosOf(signature.outputs), method_name: method, defaults: {} };
  return JSON.stringify({
    model_spec: { name, signature_name: '', version: String(version) },
    metadata: { signature_def: { signature_def: { [signatureName]: definition } } },
  });
}

export interface ServedSignature {
  readonly name: string;
  readonly version: number;
  readonly signatureName: string;
  readonly signature: WireSignature;
}

function infosOf(ports: readonly WirePort[]): Readonly<Record<string, TensorInfo & { readonly name: string }>> {
  return Object.fromEntries(
    ports.map(({ name, dtype, shape }) => {
      const dim = (shape ?? []).map((size) => ({ size: String(size), name: '' }));
      return [name, { dtype: nameOfDtype(dtype), tensor_shape: { dim, unknown_rank: shape === null }, name }];
    }),
  );
}

function nameOfDtype(dtype: WireTensor['dtype']): string {
  const [name] = Object.entries(DTYPES).find(([, known]) => known === dtype) as [string, unknown];
  return name;
}

/** The answer of `GET /v1/models/<name>`, the newest version first. */
export function encodeModelStatus(versions: readonly { readonly version: number; readonly state: 'LOADING' | 'AVAILABLE' | 'UNLOADING' }[]): string {
  const status = { error_code: 'OK', error_message: '' };
  return JSON.stringify({ model_version_status: versions.map(({ version, state }) => ({ version: String(version), state, status })) });
}
