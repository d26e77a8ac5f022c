import type { DType } from '../../../core/dtypes.ts';

/** safetensors' name of a dtype. */
const SAFETENSORS_DTYPES: Record<DType, string> = {
  bfloat16: 'BF16',
  bool: 'BOOL',
  float16: 'F16',
  float32: 'F32',
  float64: 'F64',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  int8: 'I8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  uint8: 'U8',
};

/**
 * `load` and `read_safetensors`, with nothing but torch and the standard library. `className` is an identifier of ours.
 * `num_batches_tracked`, which Keras doesn't have, is filled in by nn.BatchNorm itself.
 */
export function loadSource(className: string): string {
  return `def load(path: str | Path) -> ${className}:
    """The model with the weights of a safetensors file, in eval mode."""
    model = ${className}()
    model.load_state_dict(read_safetensors(path))
    return model.eval()`;
}

/** Weights come in `dtypes`; float32 and int64 are what a saved `state_dict` has in any case (`num_batches_tracked`). */
export function readSafetensorsSource(dtypes: Iterable<DType>): string {
  const rows = [...new Set<DType>(['float32', 'int64', ...dtypes])].sort().map((dtype) => `"${SAFETENSORS_DTYPES[dtype]}": torch.${dtype}`);
  return `def read_safetensors(path: str | Path) -> dict[str, Tensor]:
    """Tensors that share the memory of the mapped file.

    The format: 8 bytes with the header's length, the header as JSON, little-endian data.
    """
    with open(path, "rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    data = 8 + int.from_bytes(content[:8], "little")
    dtypes = {${rows.join(', ')}}
    tensors = {}
    for name, entry in json.loads(content[8:data]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        dtype = dtypes[entry["dtype"]]
        count = (end - begin) // dtype.itemsize
        flat = torch.frombuffer(content, dtype=dtype, count=count, offset=data + begin)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors`;
}
