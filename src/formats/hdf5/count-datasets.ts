import { TorchliftError } from '../../core/errors.ts';
import type { DeclaredBytes } from './dataset-source.ts';
import type { Hdf5File, Hdf5Object } from './hdf5-file.ts';

/**
 * Bytes of all datasets below `root`, by their shapes; nothing of them is read. `seen`: addresses that are not counted (again), since hard
 * links may repeat an object or run in a circle. Soft links are left alone. Errors: `unsafe-file`, `limit-exceeded`.
 */
export async function countDatasets(file: Hdf5File, root: Hdf5Object | undefined, seen: Set<number>, declared: DeclaredBytes): Promise<number> {
  const open = root === undefined ? [] : [root];
  let total = 0;
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    const dataset = file.dataset(object);
    if (dataset !== undefined) {
      declared.add(file, object, dataset);
      total += dataset.sizeBytes;
    }
    for (const [name, link] of await file.links(object)) {
      if (link.kind === 'external') {
        throw new TorchliftError('unsafe-file', {
          what: 'an external link leads to another file',
          where: file.place(`${object.path}/${name}`),
          remedy: 'Save the model again from Keras, from a source you trust.',
        });
      }
      if (link.kind !== 'hard' || seen.has(link.address)) continue;
      seen.add(link.address);
      open.push(file.child(object, name, link.address));
    }
  }
  return total;
}
