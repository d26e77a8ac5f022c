import type { AccuracyEvidence, PerMillion } from '../../bundle/evidence/agreement-evidence.ts';
import type { StageEvidence, ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { count, counted, percent, percentRange, points, rounded3, small, threshold } from '../numbers.ts';
import { decisionWords } from './decision-words.ts';
import { gapWords } from './gap-words.ts';
import { sideWords } from './origin-words.ts';
import { pipelineWords } from './pipeline-words.ts';
import { checksOf, neededWords, verdictWord } from './verdict-words.ts';

/** As many flips and skipped files as fit beside the rest; the page and the evidence have more. */
const SHOWN = 5;
const TITLE_WIDTH = 14;

/** A validation for a terminal; ends with a line break. Names come from files: print it through `printable`. */
export function validationText(evidence: ValidationEvidence): string {
  const { candidate, reference, samples, agreements, agreement, clopperPearson, directions, production, accuracy, nearCopies } = evidence;
  const { word, tone } = verdictWord(evidence);
  const lines = [`${sideWords(candidate)} against ${sideWords(reference)}: ${tone === 'good' ? word : word.toUpperCase()}`, ''];
  const row = (title: string, text: string) => lines.push(`  ${title.padEnd(TITLE_WIDTH)}${text}`);
  const rows = (title: string, texts: readonly string[]) => texts.forEach((text, index) => void row(index === 0 ? title : '', text));

  if (evidence.preprocess !== undefined) rows('pipeline', pipelineWords(evidence.preprocess));
  row('agreement', `${count(agreements)} of ${counted(samples, 'sample')}, ${percent(agreement)}, 95 % interval ${percentRange(clopperPearson)}`);
  if (nearCopies.images > 0) row('', `${counted(nearCopies.images, 'more image')} nearly copy another, and count with it`);
  const marks = { true: '✓', false: '✗', null: '–' } as const;
  rows(
    'asked',
    checksOf(evidence).map(({ demand, figure, met }) => `${marks[`${met}`]} ${demand}: ${figure}`),
  );
  rows('needed', neededWords(evidence));
  row(
    'classes',
    evidence.byClass
      .filter((entry) => entry.samples > 0)
      .map((entry) => `${entry.name} ${count(entry.agreements)}/${count(entry.samples)}`)
      .join(', ') || 'none decided',
  );
  if (directions !== null) {
    const changed = directions.filter((entry) => entry.count > 0 || (entry.from === 'block' && entry.to === 'allow'));
    rows(
      'actions',
      changed.map(
        ({ from, to, count: changes, samples: of, upperBound }) =>
          `${from} → ${to}: ${count(changes)} of ${count(of)}${of === 0 ? '' : `, certified below ${percent(upperBound, 'up')}`}`,
      ),
    );
  }
  const { max, mean, p99 } = evidence.scoreDifferences;
  row('scores', `differ by at most ${small(max)}, 99 % of images by at most ${small(p99)}, ${small(mean)} on average`);
  rows('stages', evidence.stages.length < 2 ? [] : evidence.stages.map(stageLine));
  if (evidence.firstDivergence !== undefined)
    row('layers', evidence.firstDivergence === null ? 'none diverges' : `the first to diverge is ${evidence.firstDivergence}`);
  if (accuracy !== null) {
    rows('labels', accuracyLines(accuracy));
  }
  if (production !== null) {
    const { flipsPerMillion: flips, blockToAllowPerMillion: lost } = production;
    row('production', `flips: ${perMillion(flips)}`);
    if (lost !== null) row('', `block → allow: ${perMillion(lost)}`);
  }
  if (evidence.matchedThresholds?.length === 0) row('thresholds', 'none decides anything here: the largest score wins, and the policy names none');
  rows(
    'thresholds',
    (evidence.matchedThresholds ?? []).map(
      ({ class: name, action, current, threshold: matched, lower, upper }) =>
        `${name} ${action ?? 'decided'}: ${threshold(current)} → ${matched === null ? 'nothing says where' : threshold(matched)}, 95 % interval ${limit(lower, 'no lower end')} to ${limit(upper, 'no upper end')}`,
    ),
  );
  rows('flips', flipLines(evidence));
  rows('not said', gapWords(evidence));
  rows('skipped', skippedLines(evidence));
  return `${lines.join('\n')}\n`;
}

function stageLine({ stage, agreement, samples, otherInputs, refused }: StageEvidence): string {
  const alone = (['reference', 'candidate'] as const).flatMap((side) =>
    refused[side] === 0 ? [] : [`${count(refused[side])} refused by the ${side} alone`],
  );
  const others = otherInputs === 0 ? [] : [`${count(otherInputs)} with other model inputs`];
  return [`the same ${stage}: ${percent(agreement)} of ${count(samples)}`, ...others, ...alone].join(', ');
}

function accuracyLines({ labelled, reference, candidate, difference }: AccuracyEvidence): readonly string[] {
  const { estimate, lower, upper } = difference;
  const now = new Map(candidate.classes.map((entry) => [entry.name, entry]));
  const change = (before: number | null, after: number | null | undefined) => `${percent(before)} → ${percent(after ?? null)}`;
  return [
    `of ${counted(labelled, 'sample')} ${percent(reference.rate)} right before, ${percent(candidate.rate)} now: ${points(estimate)} points, 95 % interval ${points(lower)} to ${points(upper)}`,
    ...reference.classes
      .filter((entry) => entry.labelled > 0)
      .map(
        ({ name, precision, recall }) =>
          `${name}: precision ${change(precision, now.get(name)?.precision)}, recall ${change(recall, now.get(name)?.recall)}`,
      ),
  ];
}

/** A class of the mix without samples leaves an interval alone. */
function perMillion({ estimate, lower, upper }: PerMillion): string {
  const interval = `${rounded3(lower)} to ${rounded3(upper)}`;
  return estimate === null
    ? `${interval} of a million, since a class of the mix has no samples`
    : `${rounded3(estimate)} of a million, 95 % interval ${interval}`;
}

function limit(at: number | null, none: string): string {
  return at === null ? none : threshold(at);
}

function flipLines({ flips, flipsTotal }: ValidationEvidence): readonly string[] {
  const shown = flips
    .slice(0, SHOWN)
    .map(({ id, reference, candidate, margin }) => `${id}: ${decisionWords(reference)} → ${decisionWords(candidate)}, margin ${small(margin)}`);
  return flipsTotal > shown.length ? [...shown, `and ${count(flipsTotal - shown.length)} more`] : shown;
}

function skippedLines({ skipped: { total, files } }: ValidationEvidence): readonly string[] {
  const shown = files.slice(0, SHOWN).map(({ path, reason }) => `${path}: ${reason}`);
  return total > shown.length ? [...shown, `and ${count(total - shown.length)} more`] : shown;
}
