import { elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import { type AttributeValue, decodeUntilNul } from './attributes.ts';
import { type EmscriptenNode, type H5WasmModule, loadH5Wasm, withMemoryLimit } from './h5wasm-module.ts';
import type { Link } from './links.ts';
import { DAMAGED, type PagedBytes } from './paged-bytes.ts';

/**
 * What the library may hold at once. A model's metadata takes a few MiB and one slab of a dataset `MAX_SLAB_BYTES`; a file whose compressed
 * chunk unfolds without end must fail here and not at wasm's own 2 GiB.
 */
const MAX_MEMORY_BYTES = 512 * 1024 * 1024;
const MAX_SLAB_BYTES = 64 * 1024 * 1024;

const MOUNT = '/model';
const MOUNTED = `${MOUNT}/file`;
const ENOENT = 44;

/**
 * The HDF5 C library (h5wasm), for what Keras does not write and others do: chunked datasets, and groups and attributes in fractal heaps.
 * One instance a file, so a damaged file leaves nothing behind. It sees one file, read-only; whatever else it is led to open (external
 * storage, links, plugins, /dev/stdin) is refused and makes the file unsafe. It prints nothing.
 */
export class Hdf5Library {
  readonly #file: PagedBytes;
  readonly #library: H5WasmModule;
  #id = 0n;
  #strayed: string | undefined;
  #broken = false;

  private constructor(file: PagedBytes, library: H5WasmModule) {
    this.#file = file;
    this.#library = library;
  }

  static async open(file: PagedBytes): Promise<Hdf5Library> {
    const library = await loadH5Wasm();
    const opened = new Hdf5Library(file, library);
    opened.#mount();
    opened.#id = opened.#call('/', () => library.open(MOUNTED, library.H5F_ACC_RDONLY, false, -1, -1));
    if (opened.#id < 0n) throw opened.#malformed('/', 'the HDF5 library cannot open the file');
    return opened;
  }

  /** All links of the group at `path`. */
  links(path: string): ReadonlyMap<string, Link> {
    const library = this.#library;
    return this.#call(path, () => {
      const links = new Map<string, Link>();
      for (const name of library.get_names(this.#id, path, false)) {
        const child = `${path === '/' ? '' : path}/${name}`;
        const target = library.get_symbolic_link(this.#id, child) as string | null;
        if (target !== null) links.set(name, { kind: 'soft', target });
        else if (library.get_external_link(this.#id, child).filename !== undefined) links.set(name, { kind: 'external' });
        // An object reference is the address of the object's header.
        else links.set(name, { kind: 'hard', address: littleEndian(library.create_object_reference(this.#id, child)) });
      }
      return links;
    });
  }

  /** undefined where the object at `path` has no such attribute. */
  attribute(path: string, name: string): AttributeValue | undefined {
    const library = this.#library;
    return this.#call(path, () => {
      if (!library.get_attribute_names(this.#id, path).includes(name)) return undefined;
      const { shape, size, type, vlen, strpad } = library.get_attribute_metadata(this.#id, path, name);
      if (shape === null) return { shape: [0], strings: undefined };
      const count = elementCount(shape);
      if (type !== library.H5T_class_t.H5T_STRING.value) return { shape, strings: undefined };
      const bytes = count * size;
      // Stored, every string takes at least its length, a variable one 16 bytes.
      if (count * (vlen ? 16 : size) > this.#file.size) throw this.#malformed(path, `the attribute ${name} is larger than the file`);
      if (count === 0) return { shape, strings: [] };
      const pointer = this.#allocate(path, bytes);
      const status = library.get_attribute_data(this.#id, path, name, BigInt(pointer));
      if (status < 0) throw this.#malformed(path, `the attribute ${name} cannot be read`);
      const heap = library.HEAPU8;
      const view = new DataView(heap.buffer, pointer, bytes);
      const strings = Array.from({ length: count }, (_, i) => {
        if (!vlen) {
          const text = decodeUntilNul(heap.subarray(pointer + i * size, pointer + (i + 1) * size));
          return strpad === 2 ? text.replace(/ +$/, '') : text;
        }
        const start = view.getUint32(i * 4, true);
        return start === 0 ? '' : decodeUntilNul(heap.subarray(start));
      });
      if (vlen) library.reclaim_vlen_memory(this.#id, path, name, BigInt(pointer));
      library._free(pointer);
      return { shape, strings };
    });
  }

  /**
   * All elements of the dataset at `path`, little-endian, in C order. `shape` and `elementBytes` are what the caller checked and will
   * allocate by; `chunkRows`: rows of a chunk, so that no chunk is unpacked twice.
   */
  readDataset(path: string, shape: readonly number[], elementBytes: number, chunkRows: number): Uint8Array {
    const library = this.#library;
    return this.#call(path, () => {
      const metadata = library.get_dataset_metadata(this.#id, path);
      if (metadata.size !== elementBytes || metadata.shape?.length !== shape.length || !shape.every((size, i) => metadata.shape?.[i] === size)) {
        throw this.#malformed(path, `the dataset's shape is read as [${shape}] and as [${metadata.shape}]`);
      }
      const result = new Uint8Array(elementCount(shape) * elementBytes);
      if (result.length === 0) return result;
      const rows = shape[0] ?? 1;
      const rowBytes = result.length / rows;
      const fitting = Math.floor(MAX_SLAB_BYTES / rowBytes);
      const step = Math.min(rows, fitting > chunkRows ? fitting - (fitting % chunkRows) : Math.max(1, fitting));
      if (step * rowBytes > MAX_MEMORY_BYTES / 2) {
        throw new TorchliftError('limit-exceeded', {
          what: `one row of the dataset has ${rowBytes} bytes, at most ${MAX_MEMORY_BYTES / 2} can be unpacked at once`,
          where: `${this.#file.name}: ${path}`,
          remedy: 'Rewrite the file without chunks: h5repack -l CONTI old.h5 new.h5',
        });
      }
      const pointer = this.#allocate(path, step * rowBytes);
      const [ones, zeros] = [shape.map(() => 1n), shape.map(() => 0n)];
      for (let row = 0; row < rows; row += step) {
        const count = Math.min(step, rows - row);
        const counts = [BigInt(count), ...shape.slice(1).map(BigInt)];
        const status = library.get_dataset_data(this.#id, path, counts, [BigInt(row), ...zeros.slice(1)], ones, BigInt(pointer));
        if (status < 0) throw this.#malformed(path, 'the dataset cannot be read: a chunk is damaged');
        result.set(library.HEAPU8.subarray(pointer, pointer + count * rowBytes), row * rowBytes);
      }
      library._free(pointer);
      return result;
    });
  }

  #allocate(path: string, bytes: number): number {
    const pointer = this.#library._malloc(bytes);
    if (pointer === 0) throw this.#malformed(path, `${bytes} bytes are more than the HDF5 library may hold`);
    return pointer;
  }

  /** Runs one call, which takes no more memory than allowed, opens nothing else, and fails as an error about the file. */
  #call<T>(path: string, action: () => T): T {
    if (this.#broken) throw this.#malformed(path, 'the HDF5 library failed on this file before');
    try {
      const result = withMemoryLimit(this.#library, MAX_MEMORY_BYTES, action);
      this.#refuseStray(path);
      return result;
    } catch (error) {
      // The library's state after an exception through its frames is anyone's guess.
      this.#broken = true;
      this.#refuseStray(path);
      if (error instanceof TorchliftError) throw error;
      throw this.#malformed(path, 'the HDF5 library cannot read this', error);
    }
  }

  #refuseStray(path: string): void {
    if (this.#strayed === undefined) return;
    throw new TorchliftError('unsafe-file', {
      what: `reading this would open another file, ${JSON.stringify(this.#strayed.slice(0, 200))}`,
      where: `${this.#file.name}: ${path}`,
      remedy: 'A model file must hold its own weights. Save the model again from Keras, from a source you trust.',
    });
  }

  #malformed(path: string, what: string, cause?: unknown): TorchliftError {
    return new TorchliftError('malformed-file', { what, where: `${this.#file.name}: ${path}`, remedy: DAMAGED, cause });
  }

  /** A file system with one file in it, and an `open` that knows no other path. */
  #mount(): void {
    const { FS } = this.#library;
    const file = this.#file;
    const attributes = (node: EmscriptenNode, size: number) => () => ({
      ...{ dev: 1, ino: node.id, mode: node.mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, blksize: 4096, blocks: Math.ceil(size / 512) },
      ...{ atime: new Date(0), mtime: new Date(0), ctime: new Date(0) },
    });
    const type = {
      mount() {
        const folder = FS.createNode(null, '/', 0o40555, 0);
        const node = FS.createNode(folder, 'file', 0o100444, 0);
        folder.node_ops = { lookup: () => node, getattr: attributes(folder, 4096) };
        node.node_ops = { getattr: attributes(node, file.size) };
        node.stream_ops = {
          llseek: (stream: { position: number }, offset: number, whence: number) =>
            offset + (whence === 1 ? stream.position : whence === 2 ? file.size : 0),
          read(_stream: unknown, target: Uint8Array, at: number, length: number, position: number) {
            const count = Math.max(0, Math.min(length, file.size - position));
            target.set(file.read(position, count), at);
            return count;
          },
        };
        return folder;
      },
    };
    FS.mkdir(MOUNT);
    FS.mount(type, {}, MOUNT);
    const open = FS.open.bind(FS);
    FS.open = (path, flags, mode) => {
      if (path === MOUNTED) return open(path, flags, mode);
      this.#strayed ??= String(path);
      throw new FS.ErrnoError(ENOENT);
    };
  }
}

function littleEndian(bytes: ArrayLike<number>): number {
  return Array.from(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
}
