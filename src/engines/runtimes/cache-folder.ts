import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where runtimes and downloads live: `TORCHLIFT_CACHE`, or `torchlift` in the user's cache folder. */
export function cacheFolder(): string {
  if (process.env.TORCHLIFT_CACHE) return process.env.TORCHLIFT_CACHE;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'torchlift');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'torchlift');
}
