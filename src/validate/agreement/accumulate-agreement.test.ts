import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/seeded-random.ts';
import type { Head } from '../../policy/head.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Sample } from '../sample.ts';
import { AgreementAccumulator, type AgreementOptions } from './accumulate-agreement.ts';

const HEAD: Head = { name: 'scores', output: 0, kind: 'softmax', units: 3, classes: ['neutral', 'sexy', 'porn'], knownFrom: 'manifest' };
const POLICY: Policy = { rules: { sexy: 'review', porn: 'block' } };

const accumulator = (options: Partial<AgreementOptions> = {}) =>
  new AgreementAccumulator({
    heads: [HEAD],
    policy: null,
    minAgreement: 0.99,
    labelledHead: null,
    prevalence: null,
    matchThresholds: false,
    listedFlips: 10,
    ...options,
  });

let count = 0;
const sample = (reference: readonly number[], candidate: readonly number[], more: Partial<Sample> = {}): Sample => ({
  id: `${count++}.jpg`,
  image: null,
  reference: [Float32Array.from(reference)],
  candidate: [Float32Array.from(candidate)],
  nearCopyOf: null,
  source: null,
  label: null,
  ...more,
});
const NEUTRAL = [0.875, 0.125, 0];
const SEXY = [0.25, 0.5, 0.25];
const PORN = [0, 0.25, 0.75];
const evidence = (samples: readonly Sample[], options: Partial<AgreementOptions> = {}) => {
  const found = accumulator(options);
  for (const each of samples) found.add(each);
  return found.evidence();
};
const times = (n: number, reference: readonly number[], candidate: readonly number[], more: Partial<Sample> = {}) =>
  Array.from({ length: n }, () => sample(reference, candidate, more));

describe('the verdict', () => {
  test('449 samples that agree certify 99 %, 448 are too few', () => {
    expect(evidence(times(449, NEUTRAL, NEUTRAL))).toMatchObject({
      samples: 449,
      agreements: 449,
      agreement: 1,
      verdict: 'certified',
      passed: true,
      needed: null,
    });
    expect(evidence(times(448, NEUTRAL, NEUTRAL))).toMatchObject({ verdict: 'uncertain', passed: false, needed: { atCount: 449, atRate: 449 } });
  });

  test('one flip in 449 needs 683; one in ten refutes, and no number of such samples would certify', () => {
    const one = evidence([...times(448, NEUTRAL, NEUTRAL), sample(NEUTRAL, SEXY)]);
    expect(one).toMatchObject({ verdict: 'uncertain', passed: false, needed: { atCount: 683 } });
    const many = evidence([...times(90, NEUTRAL, NEUTRAL), ...times(10, NEUTRAL, SEXY)]);
    expect(many).toMatchObject({ verdict: 'refuted', passed: false, needed: { atCount: 2174, atRate: null } });
  });

  test('the order of the samples makes no difference: early agreement certifies nothing that the rest refutes', () => {
    const [early, late] = [times(449, NEUTRAL, NEUTRAL), times(30, PORN, NEUTRAL)];
    const found = evidence([...early, ...late]);
    expect(found.passed).toBe(false);
    expect(found.lowerBound).toBe(evidence([...late, ...early]).lowerBound);
    expect(found.series.at(-1)).toMatchObject({ samples: 479, agreements: 449, lowerBound: found.lowerBound });
  });

  test('nothing seen is no agreement', () => {
    expect(evidence([])).toMatchObject({ samples: 0, agreement: null, lowerBound: 0, passed: false, maxScoreDifference: null, sources: null });
  });
});

describe('scores that are no number', () => {
  const nan = [Number.NaN, 0.5, 0.5];
  test('one-sided they are disagreements, on both sides nothing counts; each side is counted apart', () => {
    const found = evidence([sample(NEUTRAL, nan), sample(nan, nan), sample([Number.POSITIVE_INFINITY, 0, 0], NEUTRAL), sample(NEUTRAL, NEUTRAL)], {
      policy: POLICY,
    });
    expect(found).toMatchObject({
      images: 4,
      samples: 3,
      agreements: 1,
      undecided: { both: 1, reference: 1, candidate: 1 },
      nonFinite: { reference: { nan: 1, infinite: 1, images: 2 }, candidate: { nan: 2, infinite: 0, images: 2 } },
    });
    expect(found.flips.map(({ reference, candidate }) => [reference.label, candidate.label, candidate.action])).toContainEqual([
      'neutral',
      'undecided',
      null,
    ]);
    expect(found.directions).toContainEqual(expect.objectContaining({ from: 'allow', to: 'undecided', count: 1, samples: 2 }));
    expect(JSON.parse(JSON.stringify(found.flips))).toContainEqual(
      expect.objectContaining({ candidate: expect.objectContaining({ scores: [['NaN', 0.5, 0.5]] }) }),
    );
  });

  test('differences are of what both sides have as numbers', () => {
    const found = evidence([sample(nan, nan), sample(NEUTRAL, [0.75, 0.125, 0.125]), sample(NEUTRAL, nan)]);
    expect(found.maxScoreDifference).toBe(0.5);
    expect(found.scoreDifferences).toMatchObject({ compared: 3, max: 0.5 });
    expect(found.scoreDifferencesByClass[0]).toMatchObject({ name: 'neutral', compared: 1, max: 0.125 });
  });
});

describe('with a policy', () => {
  test('every direction is shown with its bound, block → allow among them though it never came', () => {
    const found = evidence([...times(300, PORN, PORN), ...times(3, PORN, SEXY), sample(NEUTRAL, PORN)], { policy: POLICY });
    const direction = (from: string, to: string) => found.directions?.find((row) => row.from === from && row.to === to);
    expect(direction('block', 'review')).toMatchObject({ count: 3, samples: 303, rate: 3 / 303 });
    expect(direction('block', 'allow')).toMatchObject({ count: 0, samples: 303, rate: 0 });
    expect(direction('block', 'allow')?.upperBound).toBeCloseTo(0.0146, 3);
    expect(direction('allow', 'block')).toMatchObject({ count: 1, samples: 1 });
    expect(found.directions?.slice(0, 2).map(({ from }) => from)).toEqual(['block', 'block']);
  });

  test('a change of class within one action is a disagreement still, and shown beside what the actions come to', () => {
    const policy: Policy = { rules: { sexy: 'block', porn: 'block' } };
    expect(evidence([sample(PORN, SEXY), sample(PORN, PORN)], { policy })).toMatchObject({ agreements: 1, actions: { agreements: 2, rate: 1 } });
  });

  test('gates of classes and directions decide too, each by its own samples', () => {
    const gates = { minAgreement: { porn: 0.9 }, maxShare: { 'block->allow': 0.05 } };
    const few = evidence([...times(500, NEUTRAL, NEUTRAL), ...times(20, PORN, PORN)], { policy: { ...POLICY, gates } });
    expect(few).toMatchObject({ verdict: 'certified', passed: false });
    expect(few.gates.map(({ name, samples, passed }) => [name, samples, passed])).toEqual([
      ['porn', 20, false],
      ['block->allow', 20, false],
    ]);
    const [byClass] = few.gates;
    const enough = evidence([...times(500, NEUTRAL, NEUTRAL), ...times(byClass?.needed?.atCount ?? 0, PORN, PORN)], { policy: { ...POLICY, gates } });
    expect(enough.gates[0]).toMatchObject({ passed: true, needed: null });
    expect(evidence([...times(500, NEUTRAL, NEUTRAL), ...times(200, PORN, PORN)], { policy: { ...POLICY, gates } }).passed).toBe(true);
  });
});

describe('flips', () => {
  test('the most dangerous are listed, all are counted', () => {
    const samples = [
      ...times(200, NEUTRAL, SEXY),
      sample([0.1, 0.2, 0.7], NEUTRAL, { id: 'clear' }),
      sample([0, 0.45, 0.55], NEUTRAL, { id: 'close' }),
      sample(PORN, SEXY, { id: 'milder' }),
      ...times(200, NEUTRAL, SEXY),
    ];
    const found = evidence(samples, { policy: POLICY, listedFlips: 3 });
    expect(found.flipsTotal).toBe(403);
    expect(found.flips.map(({ id }) => id)).toEqual(['clear', 'close', 'milder']);
    expect(found.flips[0]).toMatchObject({
      reference: { label: 'porn', action: 'block', scores: [[0.1, 0.2, 0.7]] },
      candidate: { label: 'neutral', action: 'allow' },
      margin: expect.closeTo(0.5, 6),
    });
    expect(found.transitions[0]).toEqual({ from: 'neutral', to: 'sexy', samples: 400 });
  });

  test('near copies count once; their flips are shown all the same', () => {
    const found = evidence([sample(NEUTRAL, NEUTRAL, { id: 'first' }), sample(NEUTRAL, SEXY, { nearCopyOf: 'first' }), ...times(5, PORN, PORN)]);
    expect(found).toMatchObject({ images: 7, samples: 6, agreements: 6, nearCopies: { images: 1, flips: 1 }, flipsTotal: 1 });
    expect(found.flips[0]?.nearCopyOf).toBe('first');
  });
});

describe('coverage', () => {
  const image = (format: string, width: number, height: number, downscale: number) => ({ path: 'x', format, width, height, downscale });

  test('says what was never reached', () => {
    const { coverage } = evidence([
      ...times(40, NEUTRAL, NEUTRAL, { image: image('jpeg', 640, 480, 2.1) }),
      ...times(2, SEXY, NEUTRAL, { image: image('webp', 480, 1000, 8) }),
    ]);
    expect(coverage.classes).toEqual([
      { name: 'neutral', samples: 40, agreements: 40 },
      { name: 'sexy', samples: 2, agreements: 0 },
      { name: 'porn', samples: 0, agreements: 0 },
    ]);
    expect(coverage.margins.map(({ samples }) => samples)).toEqual([0, 0, 0, 2, 40]);
    expect(coverage.formats?.map(({ name, samples }) => [name, samples])).toEqual([
      ['jpeg', 40],
      ['png', 0],
      ['gif', 0],
      ['bmp', 0],
      ['webp', 2],
    ]);
    expect(coverage.aspects?.map(({ samples }) => samples)).toEqual([2, 0, 0, 40, 0]);
    expect(coverage.downscales?.map(({ samples }) => samples)).toEqual([0, 0, 40, 0, 2]);
    expect(coverage.warnings).toContain('never reached, so nothing is said of them: classes porn');
    expect(coverage.warnings).toContain('fewer than 30 samples: classes sexy (2)');
    expect(coverage.warnings.join()).toContain('formats png, gif, bmp');
  });

  test('rows of tensors have no formats, and several heads name theirs', () => {
    const heads: Head[] = [HEAD, { name: 'tags', output: 1, kind: 'sigmoid', units: 2, classes: ['gore', 'drugs'], knownFrom: 'scores' }];
    const both = { ...sample(NEUTRAL, NEUTRAL), reference: [Float32Array.from(NEUTRAL), Float32Array.from([1, 1])] };
    const { coverage, byClass } = evidence([{ ...both, candidate: both.reference }], { heads });
    expect(coverage.formats).toBeNull();
    expect(byClass.map(({ name, samples }) => [name, samples])).toEqual([
      ['scores: neutral', 1],
      ['scores: sexy', 0],
      ['scores: porn', 0],
      ['tags: gore', 1],
      ['tags: drugs', 1],
      ['tags: none', 0],
    ]);
  });

  test('distinct sources are counted where every sample names one', () => {
    expect(evidence([sample(NEUTRAL, NEUTRAL, { source: 'a' }), sample(SEXY, SEXY, { source: 'a' })]).sources).toBe(1);
    expect(evidence([sample(NEUTRAL, NEUTRAL, { source: 'a' }), sample(SEXY, SEXY)]).sources).toBeNull();
  });
});

test('labels: accuracy, precision and recall of both, and their difference on the same pairs', () => {
  const { accuracy } = evidence(
    [
      ...times(90, NEUTRAL, NEUTRAL, { label: [0] }),
      ...times(6, PORN, NEUTRAL, { label: [2] }),
      ...times(2, NEUTRAL, SEXY, { label: [1] }),
      ...times(2, PORN, PORN, { label: [0] }),
      sample(NEUTRAL, NEUTRAL),
    ],
    { labelledHead: 0 },
  );
  expect(accuracy).toMatchObject({
    labelled: 100,
    reference: { right: 96, rate: 0.96 },
    candidate: { right: 92, rate: 0.92 },
    onlyReferenceRight: 6,
    onlyCandidateRight: 2,
    difference: { estimate: -0.04 },
    pValue: expect.closeTo(0.2891, 4),
  });
  expect(accuracy?.reference.classes[2]).toEqual({ name: 'porn', labelled: 6, decided: 8, right: 6, precision: 0.75, recall: 1 });
  expect(accuracy?.candidate.classes[2]).toEqual({ name: 'porn', labelled: 6, decided: 2, right: 0, precision: 0, recall: 0 });
  expect(accuracy?.difference.lower).toBeLessThan(-0.04);
  expect(accuracy?.difference.upper).toBeGreaterThan(0);
});

test('at the production mix flips of a rare class weigh little, and a class never seen leaves only an interval', () => {
  const samples = [...times(1000, NEUTRAL, NEUTRAL), ...times(90, PORN, PORN), ...times(10, PORN, NEUTRAL)];
  const mix = new Map([
    ['neutral', 0.999],
    ['porn', 0.001],
  ]);
  const { production } = evidence(samples, { policy: POLICY, prevalence: mix });
  expect(production?.flipsPerMillion.estimate).toBeCloseTo(100, 9);
  expect(production?.blockToAllowPerMillion).toMatchObject({ estimate: expect.closeTo(100, 9) });
  expect(production?.mix).toContainEqual({ label: 'porn', share: 0.001, samples: 100, flips: 10 });
  const unseen = evidence(samples, {
    prevalence: new Map([
      ['neutral', 0.9],
      ['sexy', 0.1],
    ]),
  });
  expect(unseen.production?.flipsPerMillion).toMatchObject({ estimate: null, lower: 0 });
  expect(unseen.production?.flipsPerMillion.upper).toBeGreaterThan(100_000);
});

test('thresholds are matched where the policy has them, and at 0.5 for a sigmoid', () => {
  const head: Head = { ...HEAD, kind: 'sigmoid', units: 1, classes: ['safe', 'unsafe'] };
  const random = seededRandom(3);
  const samples = Array.from({ length: 800 }, () => {
    const score = random();
    return sample([score], [score ** 2]);
  });
  const policy: Policy = { rules: { unsafe: { review: 0.25, block: 0.75 } } };
  const [review, block] = evidence(samples, { heads: [head], policy, matchThresholds: true }).matchedThresholds ?? [];
  expect(review).toMatchObject({ head: 'scores', class: 'unsafe', action: 'review', current: 0.25, samples: 800 });
  expect(review?.threshold).toBeCloseTo(0.0625, 2);
  expect(block?.threshold).toBeCloseTo(0.5625, 2);
  expect(block?.candidateAbove).toBe(block?.referenceAbove);
  const plain = evidence(samples, { heads: [head], matchThresholds: true }).matchedThresholds;
  expect(plain).toMatchObject([{ class: 'unsafe', action: null, current: 0.5 }]);
  expect(evidence([sample(NEUTRAL, NEUTRAL)], { matchThresholds: true }).matchedThresholds).toEqual([]);
});

test('the series has evenly spaced points however many samples come, and ends with the last', () => {
  const { series } = evidence(times(3000, NEUTRAL, NEUTRAL));
  expect(series.length).toBeLessThan(260);
  expect(series.at(-1)).toMatchObject({ samples: 3000, agreements: 3000 });
  expect(new Set(series.slice(1, -1).map(({ samples }, index) => samples - (series[index]?.samples ?? 0))).size).toBe(1);
});

test('a policy that names a class of no head is refused before anything is compared', () => {
  expect(() => accumulator({ policy: { rules: {}, gates: { minAgreement: { hentai: 0.9 } } } })).toThrow('"hentai"');
});
