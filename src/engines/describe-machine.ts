import { arch, cpus, platform } from 'node:os';
import type { MachineEvidence } from '../bundle/evidence.ts';

/** What evidence says of the machine it was found on. `gpu`: the device's name, as a worker told it. */
export function describeMachine(gpu: string | null = null): MachineEvidence {
  const processors = cpus();
  return { processor: processors[0]?.model.trim() ?? 'unknown', cores: processors.length, system: `${platform()} ${arch()}`, gpu };
}
