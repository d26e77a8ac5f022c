import { availableParallelism, cpus, totalmem } from 'node:os';

/** The machine that figures were found on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** `linux x64` */
  readonly system: string;
  readonly node: string;
}

/** What figures depend on. */
export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
