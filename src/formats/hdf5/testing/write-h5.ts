import { File, type Group, ready } from 'h5wasm';

/** What a test's `.h5` holds. Groups and datasets are written in this order, by the HDF5 library itself (superblock 0). */
export interface H5Content {
  readonly attributes?: Readonly<Record<string, AttributeContent>>;
  readonly children?: Readonly<Record<string, H5Content | DatasetContent | LinkContent>>;
}

/** Text is written with variable length, `fixed` ones NUL-padded to their longest, as h5py 2 did. */
type AttributeContent = string | readonly string[] | { readonly fixed: readonly string[] } | Float64Array;

export interface DatasetContent {
  readonly data: Float32Array | Float64Array | Int32Array;
  readonly shape: readonly number[];
  /** Written in chunks of this shape, gzipped. */
  readonly chunks?: readonly number[];
}

export type LinkContent = { readonly soft: string } | { readonly external: string } | { readonly hard: string };

let count = 0;

/** The bytes of an HDF5 file with this content. */
export async function writeH5(content: H5Content): Promise<Uint8Array> {
  const { FS } = await ready;
  const path = `written-${count++}.h5`;
  const file = new File(path, 'w');
  writeGroup(file, content);
  file.close();
  const bytes: Uint8Array = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}

function writeGroup(group: Group, { attributes = {}, children = {} }: H5Content): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') group.create_attribute(name, value);
    else if (value instanceof Float64Array) group.create_attribute(name, value, [value.length], '<d');
    else if ('fixed' in value) {
      const bytes = value.fixed.map((text) => Buffer.byteLength(text));
      group.create_attribute(name, [...value.fixed], [value.fixed.length], `S${Math.max(1, ...bytes)}`);
    } else group.create_attribute(name, [...value], [value.length], 'S');
  }
  for (const [name, child] of Object.entries(children)) {
    for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      const parent = name.slice(0, slash);
      if (group.get(parent) === null) group.create_group(parent);
    }
    if ('soft' in child) group.create_soft_link(child.soft, name);
    else if ('external' in child) group.create_external_link(child.external, '/x', name);
    else if ('hard' in child) group.create_hard_link(child.hard, name);
    else if ('data' in child) {
      const packed = child.chunks === undefined ? {} : { chunks: [...child.chunks], compression: 'gzip' as const, compression_opts: [4] };
      group.create_dataset({ name, data: child.data, shape: [...child.shape], ...packed });
    } else writeGroup(group.create_group(name), child);
  }
}

/** A Keras file: layers with their weights by name, each weight with its values and shape. */
export function kerasContent(layers: Readonly<Record<string, Readonly<Record<string, DatasetContent | LinkContent>>>>): H5Content {
  return {
    attributes: { model_config: '{"class_name": "Sequential", "config": []}', keras_version: '2.10.0', backend: 'tensorflow' },
    children: { model_weights: weightsContent(layers) },
  };
}

export function weightsContent(layers: Readonly<Record<string, Readonly<Record<string, DatasetContent | LinkContent>>>>): H5Content {
  return {
    attributes: { layer_names: nameList(Object.keys(layers)) },
    children: Object.fromEntries(
      Object.entries(layers).map(([layer, weights]) => [layer, { attributes: { weight_names: nameList(Object.keys(weights)) }, children: weights }]),
    ),
  };
}

/** As h5py writes it: an empty list becomes float64. */
function nameList(names: readonly string[]): AttributeContent {
  return names.length === 0 ? new Float64Array(0) : { fixed: names };
}

export function ramp(...shape: number[]): DatasetContent {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => i - 4) };
}
