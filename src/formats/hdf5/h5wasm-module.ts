/** What is used of h5wasm 0.10's low-level module. Its own types also declare globals, which would reach all of our code. */
export interface H5WasmModule {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly FS: EmscriptenFileSystem;
  readonly H5F_ACC_RDONLY: number;
  readonly H5T_class_t: { readonly H5T_STRING: { readonly value: number } };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  /** Negative on failure, as every number below. */
  open(path: string, mode: number, trackOrder: boolean, libverLow: number, libverHigh: number): bigint;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { filename?: string };
  create_object_reference(file: bigint, path: string): ArrayLike<number>;
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): H5WasmMetadata;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, attribute: string, pointer: bigint): number;
  get_dataset_metadata(file: bigint, path: string): H5WasmMetadata;
  get_dataset_data(file: bigint, path: string, count: bigint[], offset: bigint[], strides: bigint[], pointer: bigint): number;
}

interface H5WasmMetadata {
  readonly shape: number[] | null;
  /** Bytes of one element in memory. */
  readonly size: number;
  readonly type: number;
  readonly vlen: boolean;
  readonly strpad?: number;
}

interface EmscriptenFileSystem {
  mkdir(path: string): void;
  mount(type: { mount(): EmscriptenNode }, options: object, path: string): void;
  createNode(parent: EmscriptenNode | null, name: string, mode: number, device: number): EmscriptenNode;
  open(path: unknown, flags?: unknown, mode?: unknown): unknown;
  readonly ErrnoError: new (errno: number) => Error;
}

export interface EmscriptenNode {
  readonly id: number;
  readonly mode: number;
  node_ops: object;
  stream_ops: object;
}

/** A new instance of the HDF5 library, which shares nothing with others and prints nothing. About 0.1 s, and 0.1 s more for the first. */
export async function loadH5Wasm(): Promise<H5WasmModule> {
  // h5wasm's entry makes one instance for the whole process; its factory, beside it, makes as many as are wanted.
  // The /node build isn't used: it mounts the host's file system.
  const factory = new URL('./hdf5_util.js', import.meta.resolve('h5wasm')).href;
  const { default: load } = (await import(factory)) as { default: (options: object) => Promise<H5WasmModule> };
  return load({ noInitialRun: true, print: () => {}, printErr: () => {} });
}

interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const PAGE_BYTES = 65_536;

/**
 * Runs `action`, which the module may not take more than `maxBytes` for. Wasm memory can be limited only when it is made, which happens
 * out of reach inside h5wasm. So `grow` refuses for this one memory while the (synchronous) action runs: the C library gets a null pointer
 * from malloc and reports an error.
 */
export function withMemoryLimit<T>(module: H5WasmModule, maxBytes: number, action: () => T): T {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: GrowingMemory } } }).WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    if (this.buffer === module.HEAPU8.buffer && this.buffer.byteLength + pages * PAGE_BYTES > maxBytes) throw new RangeError('over the limit');
    return grow.call(this, pages);
  };
  try {
    return action();
  } finally {
    prototype.grow = grow;
  }
}
