import type { ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';

const interval = { lower: 0.985, upper: 0.9975 };
const differences = {
  compared: 2060,
  max: 0.31,
  mean: 0.0042,
  p50: 3.1e-7,
  p90: 0.0021,
  p95: 0.011,
  p99: 0.082,
  decades: [
    { exponent: null, count: 40 },
    { exponent: -8, count: 120 },
    { exponent: -7, count: 1400 },
    { exponent: -6, count: 300 },
    { exponent: -4, count: 10 },
    { exponent: -3, count: 100 },
    { exponent: -2, count: 60 },
    { exponent: -1, count: 30 },
  ],
};
const byClass = (name: string, samples: number, agreements: number) => ({
  name,
  samples,
  agreements,
  rate: samples === 0 ? null : agreements / samples,
  interval: samples === 0 ? { lower: 0, upper: 1 } : interval,
  lowerBound: samples === 0 ? 0 : 0.98,
});

/** A validation with something of everything: names that are HTML, NaN, a class that was never reached, flips with and without pictures. */
export const SAMPLE_VALIDATION: ValidationEvidence = {
  schema: 1,
  kind: 'validation',
  tool: { name: 'torchlift', version: '0.1.0' },
  created: '2025-06-01T12:00:00Z',
  machine: { processor: 'AMD EPYC', cores: 2, system: 'linux x64', gpu: null },
  reference: { engine: 'tensorflow 2.10.1', model: 'moderation_model.h5', sha256: 'a'.repeat(64), precision: 'fp32' },
  candidate: { engine: 'torch 2.13.0+cpu', model: 'moderation_model/model.bf16.pt', sha256: 'b'.repeat(64), precision: 'bf16' },
  data: 'images/',
  stage: 'tensors',
  stages: [
    { stage: 'tensors', samples: 2000, agreements: 1986, agreement: 0.993, clopperPearson: interval, lowerBound: 0.9876, maxScoreDifference: 0.31 },
    {
      stage: 'bytes',
      samples: 2000,
      agreements: 1960,
      agreement: 0.98,
      clopperPearson: { lower: 0.972, upper: 0.986 },
      lowerBound: 0.97,
      maxScoreDifference: 0.44,
    },
  ],
  skipped: {
    total: 3,
    files: [
      { path: 'images/notes.txt', reason: 'no image' },
      { path: 'images/<img src=x onerror=alert(1)>.jpg', reason: 'premature end' },
    ],
  },
  layers: [
    ...Array.from({ length: 60 }, (_, index) => ({
      name: `block_${index}`,
      index: 0,
      className: 'Conv2D',
      relativeDistance: index < 41 ? 1e-6 : 0.1,
      maxAbsoluteDifference: index < 41 ? 1e-6 * (1 + (index % 7)) : 0.2 * (1 + (index % 5)),
      maxRelativeDifference: index < 41 ? 1e-5 : 0.3,
      cosine: 0.9999,
    })),
    { name: 'dropout', index: 0, className: 'Dropout', absorbedBy: 'dense' },
  ],
  firstDivergence: 'block_41',
  firstDivergenceAt: 41,
  unmatched: [],
  warnings: ["the reference isn't the file that the bundle was converted from"],
  images: 2060,
  samples: 2000,
  agreements: 1986,
  agreement: 0.993,
  clopperPearson: interval,
  lowerBound: 0.98763,
  minAgreement: 0.99,
  verdict: 'uncertain',
  passed: false,
  needed: { atCount: 2790, atRate: 6120 },
  gates: [
    { kind: 'minAgreement', name: 'porn', limit: 0.98, samples: 320, bound: 0.9863, passed: true, needed: null },
    { kind: 'maxShare', name: 'block->allow', limit: 0.005, samples: 420, bound: 0.0171, passed: false, needed: { atCount: 1800, atRate: null } },
  ],
  heads: [{ name: 'dense_3', output: 0, kind: 'softmax', classes: ['drawing', 'hentai', 'neutral', 'porn', 'sexy'], knownFrom: 'manifest' }],
  undecided: { both: 0, reference: 0, candidate: 1 },
  byClass: [
    byClass('drawing', 260, 258),
    byClass('hentai', 0, 0),
    byClass('neutral', 1380, 1375),
    byClass('porn', 320, 315),
    byClass('sexy', 40, 38),
  ],
  transitions: [
    { from: 'porn', to: 'neutral', samples: 2 },
    { from: 'neutral', to: 'undecided', samples: 1 },
  ],
  directions: [
    { from: 'block', to: 'allow', samples: 420, count: 2, rate: 2 / 420, interval, upperBound: 0.0171 },
    { from: 'block', to: 'review', samples: 420, count: 0, rate: 0, interval, upperBound: 0.0106 },
    { from: 'allow', to: 'block', samples: 1540, count: 5, rate: 5 / 1540, interval, upperBound: 0.008 },
  ],
  actions: { agreements: 1990, samples: 2000, rate: 0.995, interval, lowerBound: 0.9912 },
  maxScoreDifference: 0.31,
  scoreDifferences: differences,
  scoreDifferencesByClass: ['drawing', 'hentai', 'neutral', 'porn', 'sexy'].map((name) => ({ name, ...differences })),
  nonFinite: { reference: { nan: 0, infinite: 0, images: 0 }, candidate: { nan: 5, infinite: 0, images: 1 } },
  flips: [
    {
      id: 'crop-0412.jpg',
      path: 'images/crop-0412.jpg',
      reference: { label: 'porn', action: 'block', scores: [[0.01, 0.02, 0.41, 0.52, 0.04]] },
      candidate: { label: 'neutral', action: 'allow', scores: [[0.01, 0.02, 0.53, 0.4, 0.04]] },
      margin: 0.11,
      nearCopyOf: null,
    },
    {
      id: '"><script>alert(1)</script>.jpg',
      path: null,
      reference: { label: 'neutral', action: 'allow', scores: [[0.1, 0.1, 0.6, 0.1, 0.1]] },
      candidate: { label: 'undecided', action: null, scores: [['NaN', 'NaN', 'NaN', 'NaN', 'Infinity']] },
      margin: 0.5,
      nearCopyOf: 'crop-0001.jpg',
    },
  ],
  flipsTotal: 14,
  coverage: {
    classes: [
      { name: 'drawing', samples: 260, agreements: 258 },
      { name: 'hentai', samples: 0, agreements: 0 },
    ],
    margins: [
      { name: 'below 0.05', samples: 80, agreements: 68 },
      { name: '0.05 to 0.1', samples: 95, agreements: 94 },
    ],
    formats: [
      { name: 'jpeg', samples: 1990, agreements: 1976 },
      { name: 'png', samples: 10, agreements: 10 },
    ],
    aspects: [{ name: '4:5 to 5:4', samples: 2000, agreements: 1986 }],
    downscales: [{ name: '1 to 2 times', samples: 2000, agreements: 1986 }],
    warnings: ['never reached, so nothing is said of them: classes hentai', 'fewer than 30 samples: formats png (10)'],
  },
  nearCopies: { images: 60, flips: 1 },
  sources: 8,
  accuracy: {
    labelled: 1200,
    reference: {
      samples: 1200,
      right: 1104,
      rate: 0.92,
      interval: { lower: 0.903, upper: 0.935 },
      classes: [{ name: 'porn', labelled: 300, decided: 290, right: 270, precision: 270 / 290, recall: 0.9 }],
    },
    candidate: {
      samples: 1200,
      right: 1100,
      rate: 1100 / 1200,
      interval: { lower: 0.9, upper: 0.932 },
      classes: [{ name: 'porn', labelled: 300, decided: 288, right: 268, precision: 268 / 288, recall: 268 / 300 }],
    },
    difference: { estimate: -4 / 1200, lower: -0.0088, upper: 0.0021 },
    onlyReferenceRight: 7,
    onlyCandidateRight: 3,
    pValue: 0.3438,
  },
  production: {
    mix: [
      { label: 'neutral', share: 0.985, samples: 1380, flips: 5 },
      { label: 'hentai', share: 0.001, samples: 0, flips: 0 },
      { label: 'porn', share: 0.014, samples: 320, flips: 5 },
    ],
    flipsPerMillion: { estimate: null, lower: 1190, upper: 9360 },
    blockToAllowPerMillion: { estimate: 87.5, lower: 10.6, upper: 1330 },
  },
  matchedThresholds: [
    {
      head: 'dense_3',
      class: 'drawing',
      action: 'review',
      samples: 2000,
      current: 0.6,
      threshold: 0.5834,
      lower: 0.552,
      upper: 0.6213,
      referenceAbove: 211,
      candidateAbove: 211,
    },
    {
      head: 'dense_3',
      class: 'drawing',
      action: 'block',
      samples: 2000,
      current: 0.9,
      threshold: 0.9,
      lower: 0.871,
      upper: null,
      referenceAbove: 30,
      candidateAbove: 30,
    },
  ],
  series: Array.from({ length: 125 }, (_, index) => {
    const samples = 16 * (index + 1);
    const agreements = samples - Math.floor((14 * samples) / 2000);
    const rate = agreements / samples;
    const half = 1.96 * Math.sqrt(Math.max(rate * (1 - rate), 1 / samples) / samples);
    return { samples, agreements, lower: Math.max(0, rate - half), upper: Math.min(1, rate + half), lowerBound: Math.max(0, rate - 1.4 * half) };
  }),
};
