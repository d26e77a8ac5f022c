import { malformedMessage } from '../malformed-message.ts';

/** The binary form of BYTES: each element with its length, 4 bytes little endian, before it (Triton's binary tensor data extension). */
export function encodeByteStrings(elements: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    elements.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.byteLength);
      return [length, bytes];
    }),
  );
}

/** Errors: `malformed-message` where the lengths don't fill the data. */
export function decodeByteStrings(data: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const elements: Uint8Array[] = [];
  for (let at = 0; at < data.byteLength; ) {
    const start = at + 4;
    const end = start <= data.byteLength ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (end > data.byteLength) throw malformedMessage(`byte string ${elements.length} ends beyond the tensor's ${data.byteLength} bytes`);
    elements.push(data.subarray(start, end));
    at = end;
  }
  return elements;
}
