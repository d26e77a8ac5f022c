import { invariant } from '../../core/errors.ts';
import type { ByteSink } from '../files/byte-sink.ts';
import { encodePickle } from '../pickle/encode-pickle.ts';
import { global, type PickleValue, tuple } from '../pickle/pickle-value.ts';
import { ZipWriter } from '../zip/zip-writer.ts';
import { type ArchiveTensor, pickleTensor, storageBytes } from './archive-tensor.ts';

/** PyTorch's own alignment: a reader may map the file and use the tensors in place. */
const TENSOR_ALIGNMENT = 64;

/** A TorchScript module with one flat class. */
export interface TorchScriptArchive {
  /** The folder inside the archive that every record stands in; letters, digits, `_`, `-` and `.`. */
  readonly name: string;
  /** Of the class in `code`: `ModerationModel`. */
  readonly className: string;
  /** The source of `__torch__.py`. */
  readonly code: string;
  /** In the order in which the class declares them, `training` included. */
  readonly attributes: readonly (readonly [name: string, value: boolean | ArchiveTensor])[];
  /** What the code calls `CONSTANTS.c0`, `CONSTANTS.c1`, …; none unless given. */
  readonly constants?: readonly ArchiveTensor[];
  /** The archive's version, which says how torch reads operators whose meaning changed: 3 unless given. */
  readonly version?: number;
}

/**
 * Writes a `.pt` that `torch.jit.load` opens: a zip of stored records, as torch/csrc/jit/serialization/export_module.cpp lays them out.
 * Its pickles hold the four globals of such an archive and nothing else. Tensors are read one at a time, each once, in the order of the
 * attributes, and start at multiples of 64 bytes.
 */
export function writeTorchArchive(sink: ByteSink, { name, className, code, attributes, constants = [], version = 3 }: TorchScriptArchive): void {
  invariant(/^[\w.-]+$/.test(name), `${JSON.stringify(name)} can't name an archive's folder`);
  const tensors: ArchiveTensor[] = [];
  const module: PickleValue = {
    kind: 'object',
    class: global('__torch__', className),
    attributes: attributes.map(([attribute, value]): [string, PickleValue] => {
      if (typeof value === 'boolean') return [attribute, value];
      tensors.push(value);
      return [attribute, pickleTensor(attribute, value, String(tensors.length - 1))];
    }),
  };
  const constantValues = constants.map((tensor, index) => pickleTensor(`CONSTANTS.c${index}`, tensor, String(index)));

  const zip = new ZipWriter(sink);
  const addText = (record: string, text: string) => zip.add(`${name}/${record}`, Buffer.from(text, 'utf8'));
  zip.add(`${name}/data.pkl`, encodePickle(module));
  addText('code/__torch__.py', code);
  zip.add(`${name}/constants.pkl`, encodePickle(tuple(...constantValues)));
  addText('version', `${version}\n`);
  addText('byteorder', 'little');
  tensors.forEach((tensor, index) => {
    addTensor(zip, `${name}/data/${index}`, tensor);
  });
  constants.forEach((tensor, index) => {
    addTensor(zip, `${name}/constants/${index}`, tensor);
  });
  zip.finish();
}

function addTensor(zip: ZipWriter, record: string, tensor: ArchiveTensor): void {
  const bytes = tensor.read();
  const expected = storageBytes(tensor);
  invariant(bytes.byteLength === expected, `${record} gave ${bytes.byteLength} bytes where its shape and dtype need ${expected}`);
  zip.add(record, bytes, { alignment: TENSOR_ALIGNMENT });
}
