import type { BenchmarkEvidence, FrameworkFigures } from '../../bundle/evidence/benchmark-evidence.ts';
import type { MigrationEvidence } from '../../bundle/evidence/migration-evidence.ts';
import { SAMPLE_VALIDATION } from './sample-validation.ts';

const figures = (p50Ms: number, more: Partial<FrameworkFigures>): FrameworkFigures => ({
  p50Ms,
  p95Ms: p50Ms * 1.2,
  p99Ms: p50Ms * 1.5,
  throughput: 32_000 / p50Ms,
  gpuUtilisation: null,
  cpuUtilisation: 92,
  peakBytes: 612e6,
  gpuPeakBytes: null,
  warmUpMs: 2300,
  endToEnd: null,
  roundMediansMs: Array.from({ length: 8 }, (_, round) => p50Ms * (0.95 + (round % 4) * 0.04)),
  description: 'torch 2.13.0+cpu',
  device: 'cpu',
  model: 'model.pt',
  modelBytes: 10.4e6,
  precision: 'fp32',
  variants: {},
  againstTensorflow: null,
  recordedAt: null,
  ...more,
});

const SAMPLE_BENCHMARK: BenchmarkEvidence = {
  schema: 1,
  version: '0.1.0',
  measuredAt: '2025-06-01T12:10:00Z',
  machine: { processor: 'AMD EPYC', cores: 2, memoryBytes: 16 * 2 ** 30, system: 'linux x64', node: '20.19.0' },
  batchSize: 32,
  iterations: 50,
  rounds: 8,
  precision: 'fp32',
  device: 'auto',
  endToEnd: false,
  inputs: [[32, 224, 224, 3]],
  frameworks: {
    pytorch: figures(176, { againstTensorflow: { p50: -0.4, p95: -0.4, p99: -0.4, throughput: 0.67, gpuUtilisation: null } }),
    tensorflow: figures(294, {
      description: 'tensorflow 2.10.1',
      model: 'moderation_model.h5',
      modelBytes: 29.4e6,
      variants: { function: figures(251, {}) },
    }),
  },
  warnings: [],
  comparison: null,
};

const passed = {
  ...SAMPLE_VALIDATION,
  agreements: 1998,
  agreement: 0.999,
  flipsTotal: 2,
  lowerBound: 0.9962,
  verdict: 'certified' as const,
  passed: true,
  needed: null,
};
const artefact = (sizeBytes: number, precision: 'float32' | 'bfloat16' | null) => ({ sha256: 'c'.repeat(64), sizeBytes, precision });

/** A migration in two precisions, of which the second isn't certified; a file that imports a name that isn't on the safe list. */
export const SAMPLE_MIGRATION: MigrationEvidence = {
  source: {
    file: 'moderation_model.h5',
    sha256: 'a'.repeat(64),
    sizeBytes: 29.4e6,
    format: 'keras-h5',
    framework: 'keras',
    frameworkVersion: '2.10.0',
    bytes: { weights: 9.3e6, optimizer: 18.5e6, rest: 1.6e6 },
  },
  artefacts: {
    'model.onnx': artefact(10.6e6, 'float32'),
    'model.py': artefact(21e3, null),
    'model.pt': artefact(10.4e6, 'float32'),
    'model.bf16.pt': artefact(5.2e6, 'bfloat16'),
  },
  calls: 161,
  weights: 266,
  warnings: ['no pipeline is known for this model, so 0..1 is assumed in front of it; name yours with --preprocess'],
  archives: [
    { file: 'model.pt', globals: 4, findings: [] },
    { file: 'model.bf16.pt', globals: 5, findings: ['data.pkl imports os <b>system</b>'] },
  ],
  runs: [
    {
      precision: 'fp32',
      validation: {
        ...passed,
        gates: [],
        candidate: { ...passed.candidate, model: 'model.pt', sha256: 'd'.repeat(64), precision: 'fp32' },
      },
      benchmark: SAMPLE_BENCHMARK,
    },
    {
      precision: 'bf16',
      validation: { ...SAMPLE_VALIDATION, candidate: { ...SAMPLE_VALIDATION.candidate, model: 'model.bf16.pt' } },
      benchmark: { ...SAMPLE_BENCHMARK, precision: 'bf16', frameworks: { pytorch: figures(310, {}), tensorflow: figures(294, {}) } },
    },
  ],
};
