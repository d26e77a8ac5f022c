import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolderLock } from '../../src/core/folder-lock.ts';
import { cacheFolder } from '../../src/engines/runtimes/cache-folder.ts';

const VERSION = '1.30.0';

/**
 * A folder that has `onnxruntime-node`, for TORCHLIFT_ONNXRUNTIME; installed once, outside of the checkout: 290 MB that nothing but a few
 * tests needs. Its postinstall would download GPU libraries.
 */
export async function onnxRuntimeFolder(): Promise<string> {
  const folder = join(cacheFolder(), 'runtimes', `onnxruntime-node-${VERSION}`);
  const complete = join(folder, 'complete');
  await withFolderLock(
    `${folder}.lock`,
    () => {},
    async () => {
      if (existsSync(complete)) return;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
      const packages = [`onnxruntime-node@${VERSION}`];
      execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], { cwd: folder, stdio: ['ignore', 2, 'inherit'] });
      writeFileSync(complete, '');
    },
  );
  return folder;
}
