import type { EvidenceHeader, SideEvidence } from '../../bundle/evidence/validation-evidence.ts';

export const PRECISION_WORDS = { fp32: 'float32', autocast: 'autocast', bf16: 'bfloat16', fp16: 'float16' } as const;

/** `moderation_model.h5 (tensorflow 2.10.1)` */
export function sideWords({ model, engine, precision }: SideEvidence): string {
  return `${model} (${engine}${precision === null ? '' : `, ${PRECISION_WORDS[precision]}`})`;
}

export function machineWords({ machine: { processor, cores, system, gpu } }: EvidenceHeader): string {
  return `${processor}, ${cores} ${cores === 1 ? 'core' : 'cores'}${gpu === null ? '' : `, ${gpu}`}, ${system}`;
}
