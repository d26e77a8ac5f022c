import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { type AttributeValue, readAttributes } from './attributes.ts';
import { type Dataset, readDataset } from './dataset.ts';
import { GlobalHeap } from './global-heap.ts';
import type { Hdf5Library } from './library.ts';
import { isGroup, type Link, readLinks } from './links.ts';
import { ObjectHeader } from './object-header.ts';
import { PagedBytes } from './paged-bytes.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

/** An object and the path of hard links it was reached by. */
export interface Hdf5Object {
  readonly path: string;
  readonly header: ObjectHeader;
}

/** More soft links than this on one path run in a circle. */
const MAX_SOFT_LINKS = 16;
/** About 20 MiB of descriptions: more than the headers of any real model have. */
const MAX_CACHED_MESSAGES = 200_000;

/**
 * An untrusted HDF5 file. Superblocks, object headers, groups, attributes and dataset descriptions as Keras writes them are read here, in
 * bounds-checked TypeScript; the HDF5 library is loaded only for what this doesn't cover (docs/decisions/reading-hdf5.md).
 */
export class Hdf5File {
  readonly bytes: PagedBytes;
  readonly root: Hdf5Object;
  readonly #superblock: Superblock;
  readonly #heap: GlobalHeap;
  readonly #headers = new Map<number, ObjectHeader>();
  #cachedMessages = 0;
  readonly #links = new Map<number, ReadonlyMap<string, Link>>();
  #library: Promise<Hdf5Library> | undefined;

  private constructor(bytes: PagedBytes, superblock: Superblock) {
    this.bytes = bytes;
    this.#superblock = superblock;
    this.#heap = new GlobalHeap(superblock.geometry);
    this.root = { path: '', header: ObjectHeader.read(superblock.geometry, superblock.root) };
  }

  /** Takes the source over: closed with the file, or here on an error. Errors: `not-a-model`, `malformed-file`, `io`. */
  static open(source: ByteSource): Hdf5File {
    const bytes = new PagedBytes(source);
    try {
      return new Hdf5File(bytes, readSuperblock(bytes));
    } catch (error) {
      bytes.close();
      throw error;
    }
  }

  place(object: Hdf5Object | string): string {
    const path = typeof object === 'string' ? object : object.path;
    return `${this.bytes.name}: ${path === '' ? '/' : path}`;
  }

  library(): Promise<Hdf5Library> {
    this.#library ??= import('./library.ts').then(({ Hdf5Library }) => Hdf5Library.open(this.bytes));
    return this.#library;
  }

  /** The links of a group; none for other objects. */
  async links(object: Hdf5Object): Promise<ReadonlyMap<string, Link>> {
    const known = this.#links.get(object.header.address);
    if (known !== undefined) return known;
    const links = !isGroup(object.header) ? new Map() : (readLinks(object.header) ?? (await this.library()).links(object.path || '/'));
    this.#links.set(object.header.address, links);
    return links;
  }

  child(parent: Hdf5Object, name: string, address: number): Hdf5Object {
    return { path: `${parent.path}/${name}`, header: this.#header(address) };
  }

  /**
   * The object at an absolute path, or undefined. Links to other files, and soft links that lead out of `within`, are `unsafe-file`.
   */
  async resolve(path: string, within = ''): Promise<Hdf5Object | undefined> {
    let rest = components(path);
    let at = this.root;
    for (let softLinks = 0; ; ) {
      const name = rest.shift();
      if (name === undefined) return at;
      const link = (await this.links(at)).get(name);
      const place = `${at.path}/${name}`;
      switch (link?.kind) {
        case undefined:
          return undefined;
        case 'hard':
          at = this.child(at, name, link.address);
          break;
        case 'soft': {
          if (++softLinks > MAX_SOFT_LINKS) throw this.#unsafe(place, 'soft links run in a circle');
          if (link.target.startsWith('/')) at = this.root;
          rest = [...components(link.target), ...rest];
          const target = [at.path, ...rest].join('/');
          if (!`${target}/`.startsWith(`${within}/`)) throw this.#unsafe(place, `a soft link leads out of the weights, to ${JSON.stringify(target)}`);
          break;
        }
        default:
          throw this.#unsafe(place, link?.kind === 'external' ? 'an external link leads to another file' : 'a user-defined link cannot be followed');
      }
    }
  }

  /** undefined where there is no such attribute. */
  async attribute(object: Hdf5Object, name: string): Promise<AttributeValue | undefined> {
    const attributes = readAttributes(object.header, this.#heap);
    return attributes === undefined ? (await this.library()).attribute(object.path || '/', name) : attributes.get(name)?.();
  }

  /** The description of a dataset, or undefined where the object is none. */
  dataset(object: Hdf5Object): Dataset | undefined {
    return readDataset(object.header, this.place(object));
  }

  close(): void {
    this.bytes.close();
    this.#headers.clear();
    this.#links.clear();
    this.#library = undefined;
  }

  /** Groups are passed through once for each of their weights. */
  #header(address: number): ObjectHeader {
    const known = this.#headers.get(address);
    if (known !== undefined) return known;
    const header = ObjectHeader.read(this.#superblock.geometry, address);
    this.#cachedMessages += header.messages.length;
    if (this.#cachedMessages > MAX_CACHED_MESSAGES) {
      this.#headers.clear();
      this.#cachedMessages = header.messages.length;
    }
    this.#headers.set(address, header);
    return header;
  }

  #unsafe(path: string, what: string): TorchliftError {
    return new TorchliftError('unsafe-file', {
      what,
      where: this.place(path),
      remedy: 'A model file must hold its own weights. Save the model again from Keras, from a source you trust.',
    });
  }
}

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
