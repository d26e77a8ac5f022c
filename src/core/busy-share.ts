import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

const WATCHED_MS = 500;

/** How much of the processor, 0 to 1, is used while this process only waits: by others, that is. Takes half a second. */
export async function busyShare(): Promise<number> {
  const before = ticks();
  await setTimeout(WATCHED_MS);
  const after = ticks();
  const all = after.all - before.all;
  return all === 0 ? 0 : 1 - (after.idle - before.idle) / all;
}

function ticks(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((core) => core.times);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.map(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq)) };
}
