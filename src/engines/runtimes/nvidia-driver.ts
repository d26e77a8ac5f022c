import { existsSync } from 'node:fs';

/** Whether this machine (or container) has NVIDIA's driver, so that CUDA is worth its gigabytes. Linux. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
}
