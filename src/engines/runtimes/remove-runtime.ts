import { rmSync } from 'node:fs';
import { withFolderLock } from '../../core/folder-lock.ts';
import type { InstalledRuntime } from './list-runtimes.ts';
import { completionMark } from './locate-runtime.ts';

/** Removes a runtime's folder, not while another process makes it. Ended half-way, it counts as never made. */
export async function removeRuntime({ folder }: InstalledRuntime, onWait: () => void): Promise<void> {
  await withFolderLock(`${folder}.lock`, onWait, async () => {
    rmSync(completionMark(folder), { force: true });
    rmSync(folder, { recursive: true, force: true });
  });
}
