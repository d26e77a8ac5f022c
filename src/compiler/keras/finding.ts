import { TorchliftError } from '../../core/errors.ts';
import type { Path } from '../graph/graph.ts';

/** What stands in the way of an import, at one layer. All are collected before the import ends. */
export interface Finding {
  /** unsafe: it would run code of the file · malformed: it contradicts itself · unsupported: it is sound, but nobody wrote it yet. */
  readonly kind: 'unsafe' | 'malformed' | 'unsupported';
  readonly layer: Path;
  readonly className: string;
  readonly what: string;
  readonly remedy: string | undefined;
}

/** What to do where a finding has no remedy of its own. */
const REMEDIES = {
  unsafe: 'Replace what holds code by layers of Keras, and save the model again.',
  malformed: 'The file was edited or damaged; save the model again from Keras.',
  unsupported: 'Rebuild that part from supported layers (docs/supported.md) and save the model again.',
} as const;

const CODES = { unsafe: 'unsafe-lambda', malformed: 'malformed-config', unsupported: 'unsupported' } as const;

/** One error for all findings, with the code of the gravest (unsafe before malformed before unsupported); it lists the others behind those. */
export function errorOfFindings(findings: readonly Finding[], fileName: string): TorchliftError {
  const kind =
    (['unsafe', 'malformed', 'unsupported'] as const).find((candidate) => findings.some((finding) => finding.kind === candidate)) ?? 'unsupported';
  const chosen = findings.filter((finding) => finding.kind === kind);
  const others = findings.filter((finding) => finding.kind !== kind);
  const count = new Set(chosen.map(({ layer }) => layer.join('/'))).size;
  const layers = count === 1 ? '1 layer' : `${count} layers`;
  const remedies = [...new Set([...chosen, ...others].map((finding) => finding.remedy ?? REMEDIES[finding.kind]))];
  const whats = {
    unsafe: `${layers} would run code stored in the file`,
    malformed: `${layers} can't be what the file says`,
    unsupported: `${layers} can't be converted`,
  };
  return new TorchliftError(CODES[kind], {
    what: others.length === 0 ? whats[kind] : `${whats[kind]}; others stand in the way too`,
    where: fileName,
    details: [...chosen, ...others].map((finding) => `${finding.layer.join('/')} (${finding.className}): ${finding.what}`),
    remedy: remedies.join('\n  '),
  });
}
