import type { PickleGlobal } from '../pickle/scan-pickle.ts';

/**
 * What `torch.load(weights_only=True)` itself admits: values, storages, dtypes and the functions that put them together. An allow-list, by exact
 * name. Source: torch 2.13, torch/_weights_only_unpickler.py, `_get_allowed_globals`.
 */
const SAFE_NAMES: Readonly<Record<string, RegExp>> = {
  __builtin__: /^(bytearray|complex|set)$/,
  builtins: /^(bytearray|complex|set)$/,
  _codecs: /^encode$/,
  collections: /^(Counter|OrderedDict)$/,
  torch: new RegExp(
    `^(${[
      'Size|Tensor|device|bool|bfloat16|float(16|32|64)|complex(32|64|128)|u?int[1-7]|u?int(8|16|32|64)|q(u?int8|int32|uint[24]x[24])',
      'float8_e(4m3|5m2|8m0)fn(uz|u)?|float8_e(4m3fn|5m2)|float4_e2m1fn_x2|bits(8|16|1x8|2x4|4x2)',
      'per_(channel|tensor)_(affine|symmetric)|per_channel_affine_float_qparams',
      '(BFloat16|Bool|Byte|Char|Double|Float|Half|Int|Long|Short)(Storage|Tensor)',
      '(Complex(Double|Float)|QInt(8|32)|QUInt(8|2x4|4x2))Storage',
    ].join('|')})$`,
  ),
  'torch._tensor': /^_rebuild_from_type_v2$/,
  'torch._utils':
    /^_rebuild_(device_tensor_from_cpu_tensor|device_tensor_from_numpy|meta_tensor_no_storage|nested_tensor|parameter|parameter_with_state|qtensor|sparse_tensor|tensor|tensor_v2|tensor_v3|wrapper_subclass)$/,
  'torch.cuda': /^((BFloat16|Bool|Byte|Char|Double|Float|Half|Int|Long|Short)(Storage|Tensor)|Complex(Double|Float)Storage)$/,
  'torch.cuda.sparse': /^(BFloat16|Byte|Char|Double|Float|Half|Int|Long|Short)Tensor$/,
  'torch.nn.parameter': /^Parameter$/,
  'torch.serialization': /^_get_layout$/,
  'torch.sparse': /^(BFloat16|Byte|Char|Double|Float|Half|Int|Long|Short)Tensor$/,
  'torch.storage': /^(TypedStorage|UntypedStorage)$/,
};

/**
 * Whether importing and calling this name is what any checkpoint does. In a TorchScript archive no Python runs: torch's own unpickler resolves
 * `__torch__` names to the archive's classes, and knows a few list builders.
 */
export function isSafeGlobal({ module, name }: PickleGlobal, { torchScript }: { torchScript: boolean }): boolean {
  if (Object.hasOwn(SAFE_NAMES, module) && SAFE_NAMES[module]?.test(name)) return true;
  if (!torchScript) return false;
  return (
    /^__torch__(\.\w+)*$/.test(module) || (module === 'torch.jit._pickle' && /^(build_\w+list|build_tensor_from_id|restore_type_tag)$/.test(name))
  );
}
