import type { CoverageEvidence, CoverageRow } from '../../bundle/evidence/agreement-evidence.ts';
import type { Decision } from '../../policy/decision.ts';
import type { Head } from '../../policy/head.ts';
import type { ImageFacts } from '../sample.ts';
import { allClassNames, decidedClassNames } from './class-names.ts';
import { Tally } from './tally.ts';

/** A band holds what is below its end and not below the one before. */
type Bands = readonly (readonly [end: number, name: string])[];

const MARGINS: Bands = [
  [0.05, 'below 0.05'],
  [0.1, '0.05 to 0.1'],
  [0.2, '0.1 to 0.2'],
  [0.5, '0.2 to 0.5'],
  [Number.POSITIVE_INFINITY, '0.5 and more'],
];
/** Width by height. */
const ASPECTS: Bands = [
  [0.5, 'narrower than 1:2'],
  [0.8, '1:2 to 4:5'],
  [1.25, '4:5 to 5:4'],
  [2, '5:4 to 2:1'],
  [Number.POSITIVE_INFINITY, 'wider than 2:1'],
];
const DOWNSCALES: Bands = [
  [1, 'enlarged'],
  [2, '1 to 2 times'],
  [4, '2 to 4 times'],
  [8, '4 to 8 times'],
  [Number.POSITIVE_INFINITY, '8 times and more'],
];
/** What TensorFlow decodes, and so what a production that uses it can meet. */
const FORMATS = ['jpeg', 'png', 'gif', 'bmp'];

/** Fewer than this say that a row was met, hardly how it goes there: none of 30 flipped still leaves a rate of up to 10 %. */
const FEW = 30;

/** How many samples came to each class, margin, format, aspect and size, and what of these the certificate can't speak of. */
export class Coverage {
  readonly #heads: readonly Head[];
  readonly #classes: Tally;
  readonly #margins = new Tally(names(MARGINS));
  readonly #formats = new Tally(FORMATS);
  readonly #aspects = new Tally(names(ASPECTS));
  readonly #downscales = new Tally(names(DOWNSCALES));
  #images = 0;

  constructor(heads: readonly Head[]) {
    this.#heads = heads;
    this.#classes = new Tally(allClassNames(heads));
  }

  add(reference: Decision, image: ImageFacts | null, agrees: boolean): void {
    if (reference.kind === 'decided') {
      for (const name of decidedClassNames(this.#heads, reference)) this.#classes.add(name, agrees);
      this.#margins.add(bandOf(MARGINS, reference.margin), agrees);
    }
    if (image === null) return;
    this.#images += 1;
    this.#formats.add(image.format, agrees);
    this.#aspects.add(bandOf(ASPECTS, image.width / image.height), agrees);
    this.#downscales.add(bandOf(DOWNSCALES, image.downscale), agrees);
  }

  /** By class as the reference decides it. */
  get classes(): Tally {
    return this.#classes;
  }

  evidence(): CoverageEvidence {
    const hasImages = this.#images > 0;
    const tables = [
      ['classes', this.#classes.rows()],
      ['margins', this.#margins.rows()],
      ['formats', hasImages ? this.#formats.rows() : null],
      ['aspects', hasImages ? this.#aspects.rows() : null],
      ['downscales', hasImages ? this.#downscales.rows() : null],
    ] as const;
    return {
      ...(Object.fromEntries(tables) as Omit<CoverageEvidence, 'warnings'>),
      warnings: tables.flatMap(([title, rows]) => (rows === null ? [] : gaps(title, rows))),
    };
  }
}

const TITLES = {
  classes: 'classes',
  margins: 'margins',
  formats: 'formats',
  aspects: 'aspect ratios',
  downscales: 'reductions in size',
} as const;

/** Far from every threshold nothing flips, and with a policy's thresholds such margins may not exist. */
const WIDE_MARGINS = names(MARGINS.slice(-2));

function gaps(title: keyof typeof TITLES, all: readonly CoverageRow[]): readonly string[] {
  const rows = title === 'margins' ? all.filter(({ name }) => !WIDE_MARGINS.includes(name)) : all;
  const never = rows.filter(({ samples }) => samples === 0).map(({ name }) => name);
  const seldom = rows.filter(({ samples }) => samples > 0 && samples < FEW).map(({ name, samples }) => `${name} (${samples})`);
  return [
    ...(never.length === 0 ? [] : [`never reached, so nothing is said of them: ${TITLES[title]} ${never.join(', ')}`]),
    ...(seldom.length === 0 ? [] : [`fewer than ${FEW} samples: ${TITLES[title]} ${seldom.join(', ')}`]),
  ];
}

function names(bands: Bands): readonly string[] {
  return bands.map(([, name]) => name);
}

function bandOf(bands: Bands, value: number): string {
  return (bands.find(([end]) => value < end) ?? (bands.at(-1) as Bands[number]))[1];
}
