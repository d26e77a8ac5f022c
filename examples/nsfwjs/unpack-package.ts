import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TorchliftError } from '../../src/core/errors.ts';
import { cacheFolder } from '../../src/engines/runtimes/cache-folder.ts';
import type { PinnedPackage } from './packages.ts';

const run = promisify(execFile);

/** The package's content, unpacked in the user's cache; fetched on first need and refused where it isn't what was pinned. Nothing in it runs. */
export async function unpackPackage({ name, version, integrity }: PinnedPackage): Promise<string> {
  const parent = join(cacheFolder(), 'packages');
  const target = join(parent, `${name.replace('/', '-')}-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(parent, { recursive: true });
  const partial = mkdtempSync(join(parent, '.partial-'));
  try {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', partial, `${name}@${version}`], { cwd: partial });
    const tarball = join(partial, packedName(stdout));
    const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (found !== integrity) {
      throw new TorchliftError('hash-mismatch', {
        what: `has the integrity ${found}, expected ${integrity}`,
        where: `${name}@${version}`,
        remedy: 'Check the npm registry in use.',
      });
    }
    await run('tar', ['-xzf', tarball, '-C', partial]);
    renameSync(join(partial, 'package'), target);
  } catch (cause) {
    if (cause instanceof TorchliftError || existsSync(target)) throw cause;
    throw new TorchliftError('io', {
      what: `couldn't be fetched: ${(cause as Error).message.split('\n')[0]}`,
      where: `${name}@${version}`,
      remedy: 'Check the network and the npm registry in use.',
      cause,
    });
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return target;
}

/** npm 10 prints a list, npm 12 an object by package. */
function packedName(json: string): string {
  const [packed] = Object.values(JSON.parse(json) as Record<string, { filename: string }>);
  if (packed === undefined) throw new Error('npm pack printed no file name');
  return packed.filename.replace('@', '').replace('/', '-');
}
