import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine as describe } from '../../src/core/machine.ts';
import { packageRoot } from '../../src/core/package-root.ts';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** What figures depend on. `bf16`: does the processor have bfloat16 arithmetic (AVX512-BF16, AMX, Arm's)? */
export function machine() {
  let flags = '';
  try {
    flags = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    // macOS has no such file; Apple's processors have bf16 from the M2 on, which torch's CPU kernels don't use.
  }
  const { processor, cores, system, node } = describe();
  return { processor, cores, bf16: /avx512_bf16|amx_bf16|\bbf16\b/.test(flags), system, node };
}

/** Keeps a benchmark's last result beside its script. */
export function writeResult(folder: string, result: unknown): void {
  writeFileSync(
    join(packageRoot(), 'benchmarks', folder, 'result.json'),
    `${JSON.stringify({ machine: machine(), ...(result as object) }, null, 2)}\n`,
  );
}

/** As `verdict`, for a target that is a lower bound. */
export function verdictAtLeast(value: number, atLeast: number): string {
  return `${value >= atLeast ? 'met' : 'MISSED'} (at least ${Number(atLeast.toPrecision(3))})`;
}

/** `met` or `missed`, for a target that is an upper bound. */
export function verdict(value: number, atMost: number): string {
  return `${value <= atMost ? 'met' : 'MISSED'} (at most ${Number(atMost.toPrecision(3))})`;
}
