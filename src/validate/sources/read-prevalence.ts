import { TorchliftError } from '../../core/errors.ts';
import type { Head } from '../../policy/head.ts';
import { readCsv } from './read-csv.ts';

const EXPECTED =
  'Give --prevalence a CSV file with the columns class and share: how often production decides each class, as shares that sum to 1 or as counts.';

/** Shares are typed by hand and rounded; what is further from 1 is a mistake, not rounding. */
const SUM_TOLERANCE = 0.01;

/**
 * `--prevalence`: by label of the reference's decision, its share in production; they sum to exactly 1 afterwards. Whole numbers are counts. Of
 * several sigmoids a label is a set, `gore|drugs` or `none`. With several heads labels are as the report writes them.
 *
 * Errors: `file-not-found`, `malformed-file` with the line.
 */
export function readPrevalence(path: string, heads: readonly Head[]): ReadonlyMap<string, number> {
  const malformed = (what: string) => new TorchliftError('malformed-file', { what, where: path, remedy: EXPECTED });
  const mix = new Map<string, number>();
  for (const { line, fields } of readCsv(path, { class: ['label', 'decision'], share: ['prevalence', 'count'] }, EXPECTED)) {
    const label = canonicalLabel(fields.class, heads);
    const share = fields.share === '' ? Number.NaN : Number(fields.share);
    if (label === undefined) throw malformed(`line ${line}: ${JSON.stringify(fields.class)} is none of ${heads[0]?.classes.join(', ')}`);
    if (mix.has(label)) throw malformed(`line ${line}: ${label} stands there twice`);
    if (!(share >= 0 && share < Number.POSITIVE_INFINITY)) throw malformed(`line ${line}: ${JSON.stringify(fields.share)} is no share`);
    mix.set(label, share);
  }
  const shares = [...mix.values()];
  const sum = shares.reduce((total, share) => total + share, 0);
  const areCounts = shares.every(Number.isInteger) && sum > 0;
  if (!areCounts && Math.abs(sum - 1) > SUM_TOLERANCE) throw malformed(`the shares sum to ${Number(sum.toPrecision(6))}, not to 1`);
  return new Map([...mix].map(([label, share]) => [label, share / sum]));
}

/** As `Decision.label` spells it; undefined for what no decision can be. */
function canonicalLabel(text: string, heads: readonly Head[]): string | undefined {
  const [head] = heads;
  if (head === undefined || heads.length > 1) return text;
  if (head.kind !== 'sigmoid' || head.units === 1) return head.classes.includes(text) ? text : undefined;
  if (text === 'none') return text;
  const positions = text.split('|').map((name) => head.classes.indexOf(name.trim()));
  if (positions.includes(-1)) return undefined;
  return [...new Set(positions)]
    .sort((a, b) => a - b)
    .map((position) => head.classes[position])
    .join(' + ');
}
