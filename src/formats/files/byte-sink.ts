/**
 * Where a format writer puts its bytes, from the first to the last. The caller owns the file, its hash and its closing.
 * A sink consumes a chunk before `write` returns: the writer may drop or reuse it afterwards.
 */
export interface ByteSink {
  write(chunk: Uint8Array): void;
  /** Bytes written so far. */
  readonly position: number;
}
