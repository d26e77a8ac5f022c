import { elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import { readDataspace } from './dataspace.ts';
import { type Datatype, readDatatype } from './datatype.ts';
import { KNOWN_FILTERS, readFilters } from './filters.ts';
import { type Layout, readLayout } from './layout.ts';
import { MESSAGE, type ObjectHeader } from './object-header.ts';
import { resolveShared } from './shared-message.ts';

/** What a dataset's header says of it. Nothing is checked against the file's size yet. */
export interface Dataset {
  readonly shape: readonly number[];
  readonly type: Datatype;
  readonly layout: Exclude<Layout, { kind: 'virtual' }>;
  /** Names, in the order they were applied. */
  readonly filters: readonly string[];
  /** Elements × element size: what reading it would take. */
  readonly sizeBytes: number;
}

/**
 * Reads the description of a dataset from its header; undefined where the object has no data layout, so is none.
 * Errors: `unsafe-file` for external storage, virtual datasets and unknown filters.
 */
export function readDataset(header: ObjectHeader, place: string): Dataset | undefined {
  const layoutMessage = header.find(MESSAGE.layout);
  const typeMessage = header.find(MESSAGE.datatype);
  const spaceMessage = header.find(MESSAGE.dataspace);
  if (layoutMessage === undefined || typeMessage === undefined || spaceMessage === undefined) return undefined;
  if (header.find(MESSAGE.externalFiles) !== undefined) throw unsafe(place, 'the data lie in another file (external storage)');
  const { geometry } = header;
  const resolve = (message: typeof layoutMessage) => resolveShared(geometry, header.body(message), message.shared, message.type);
  const layout = readLayout(resolve(layoutMessage));
  if (layout.kind === 'virtual') throw unsafe(place, 'the data are put together from other datasets (a virtual dataset)');
  const filterMessage = header.find(MESSAGE.filters);
  const filters = (filterMessage === undefined ? [] : readFilters(resolve(filterMessage))).map((id) => {
    const name = KNOWN_FILTERS.get(id);
    if (name === undefined) throw unsafe(place, `the data went through filter ${id}, known are ${[...KNOWN_FILTERS.values()].join(', ')}`);
    return name;
  });
  const type = readDatatype(resolve(typeMessage));
  const shape = readDataspace(resolve(spaceMessage)) ?? [0];
  return { shape, type, layout, filters, sizeBytes: elementCount(shape) * type.size };
}

function unsafe(place: string, what: string): TorchliftError {
  return new TorchliftError('unsafe-file', {
    what,
    where: place,
    remedy: 'Save the model again from Keras; h5repack -f GZIP=1 rewrites other filters.',
  });
}
