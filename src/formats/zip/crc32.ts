import { crc32 as zlibCrc32 } from 'node:zlib';

/** zlib counts lengths in 32 bits. */
const STEP_BYTES = 1 << 30;

/** CRC-32 as zip uses it (polynomial 0xEDB88320), of any length. Node has had it since 20.15 and 22.2, below the oldest that Torchlift runs on. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes.byteLength; at += STEP_BYTES) crc = zlibCrc32(bytes.subarray(at, at + STEP_BYTES), crc);
  return crc;
}
