import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';

/** A zip archive that isn't what it should be. `at`: a byte offset, or an entry's name. */
export function zipError(source: ByteSource, at: number | string, what: string): TorchliftError {
  return new TorchliftError('malformed-file', {
    what,
    where: `${source.name}: ${typeof at === 'number' ? `byte ${at}` : `entry ${JSON.stringify(at)}`}`,
    remedy: 'The archive is damaged, or was made to be read differently by different programs. Fetch or save it again.',
  });
}
