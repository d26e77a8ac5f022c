import type { PerMillion, ProductionEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import type { Decision } from '../../policy/decision.ts';
import { stratifiedRate } from '../../statistics/stratified-rate.ts';
import { ALPHA } from './rate.ts';

const MILLION = 1e6;

interface Row {
  samples: number;
  flips: number;
  blockToAllow: number;
}

/**
 * Flips as production would see them: each decision of the reference has a rate of its own, weighted by how often production decides so. A test
 * folder is half unsafe, production isn't.
 */
export class ProductionMix {
  readonly #prevalence: ReadonlyMap<string, number>;
  readonly #rows = new Map<string, Row>();

  /** Shares by label of the reference's decision, which sum to 1. */
  constructor(prevalence: ReadonlyMap<string, number>) {
    this.#prevalence = prevalence;
    for (const label of prevalence.keys()) this.#rows.set(label, { samples: 0, flips: 0, blockToAllow: 0 });
  }

  add(reference: Decision, candidate: Decision, agrees: boolean): void {
    if (reference.kind === 'undecided') return;
    const row = this.#rows.get(reference.label);
    if (row === undefined) return;
    row.samples += 1;
    if (!agrees) row.flips += 1;
    if (reference.action === 'block' && candidate.kind === 'decided' && candidate.action === 'allow') row.blockToAllow += 1;
  }

  evidence(hasPolicy: boolean): ProductionEvidence {
    const mix = [...this.#prevalence].map(([label, share]) => ({ label, share, ...(this.#rows.get(label) as Row) }));
    const perMillion = (events: (row: Row) => number): PerMillion => {
      const rate = stratifiedRate(
        mix.map((row) => ({ weight: row.share, samples: row.samples, events: events(row) })),
        ALPHA,
      );
      return { estimate: rate.estimate === null ? null : rate.estimate * MILLION, lower: rate.lower * MILLION, upper: rate.upper * MILLION };
    };
    return {
      mix: mix.map(({ label, share, samples, flips }) => ({ label, share, samples, flips })),
      flipsPerMillion: perMillion(({ flips }) => flips),
      blockToAllowPerMillion: hasPolicy ? perMillion(({ blockToAllow }) => blockToAllow) : null,
    };
  }
}
