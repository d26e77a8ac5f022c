import { availableParallelism, cpus, totalmem } from 'node:os';
import type { MachineRecord } from '../bundle/evidence/benchmark-evidence.ts';

/** What figures depend on. */
export function machine(): MachineRecord {
  return {
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
