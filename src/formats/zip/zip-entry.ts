/** One entry, as the central directory and its local header agree on it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated; others are listed, and refused when read. */
  readonly method: number;
  /** Of the content. */
  readonly sizeBytes: number;
  /** In the archive. */
  readonly compressedBytes: number;
  readonly crc32: number;
  readonly headerOffset: number;
  /** Where the content (compressed or not) starts in the file. */
  readonly dataOffset: number;
}
