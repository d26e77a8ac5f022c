import type {
  BenchmarkEvidence,
  ComparisonRecord,
  Differences,
  Framework,
  FrameworkFigures,
  LatencyFigures,
} from '../bundle/evidence/benchmark-evidence.ts';

const TITLES: Readonly<Record<Framework, string>> = { pytorch: 'PyTorch', tensorflow: 'TensorFlow', onnxruntime: 'ONNX Runtime' };
const PRECISIONS = { fp32: 'float32', autocast: 'autocast', bf16: 'bfloat16', fp16: 'float16' } as const;

/** Of fewer a hundredth is less than one. */
const ENOUGH_FOR_P99 = 100;
/** Beyond this a run tells nothing that anybody would call a regression. */
const TOO_NOISY = 0.25;

/** A benchmark as a person reads it; what wasn't measured is `n/a`. */
export function printBenchmark(evidence: BenchmarkEvidence): string {
  const { machine, batchSize, iterations, rounds, frameworks, warnings, comparison, inputs } = evidence;
  const blocks = (Object.keys(TITLES) as Framework[]).flatMap((framework) => {
    const figures = frameworks[framework];
    return figures === undefined ? [] : [printFramework(framework, figures)];
  });
  const missing =
    frameworks.tensorflow === undefined
      ? ['', 'TensorFlow: n/a (no original model here, and no run recorded on this processor with this batch)']
      : [];
  return [
    '',
    ...blocks,
    ...missing,
    `batch ${batchSize}, ${iterations} iterations in ${rounds} interleaved rounds, input ${inputs.map((shape) => shape.join('×')).join(' and ')}`,
    `on ${machine.processor}, ${machine.cores} cores, ${machine.system}`,
    ...(iterations < ENOUGH_FOR_P99
      ? [`of ${iterations} iterations p99 is ${iterations < ENOUGH_FOR_P99 / 5 ? 'the slowest, as p95 is' : 'the slowest'}`]
      : []),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(comparison === null ? [] : printComparison(comparison)),
    '',
  ].join('\n');
}

function printFramework(framework: Framework, figures: FrameworkFigures): string {
  const { description, model, precision, device, againstTensorflow: difference, recordedAt, endToEnd, variants } = figures;
  const call = framework === 'tensorflow' ? ', predict' : '';
  const when = recordedAt === null ? '' : `, recorded ${recordedAt}`;
  const against = (key: keyof Differences) =>
    framework === 'tensorflow' ? '' : difference === null ? 'n/a against TensorFlow' : `${signed(difference[key])} against TensorFlow`;
  const points = difference?.gpuUtilisation ?? null;
  const gpu = figures.gpuUtilisation === null ? 'n/a' : percent(figures.gpuUtilisation);
  return [
    `${TITLES[framework]} (${description}${call}, ${model}, ${PRECISIONS[precision]}, ${device}${when})`,
    row('p50', ms(figures.p50Ms), against('p50')),
    row('p95', ms(figures.p95Ms), against('p95')),
    row('p99', ms(figures.p99Ms), against('p99')),
    row(
      'GPU utilisation',
      gpu,
      framework === 'tensorflow'
        ? ''
        : points === null
          ? 'n/a against TensorFlow'
          : `${points >= 0 ? '+' : '−'}${Math.abs(points).toFixed(0)} points against TensorFlow`,
    ),
    row('throughput', `${figures.throughput.toFixed(1)} images/s`, against('throughput')),
    row('peak memory', `${bytes(figures.peakBytes)}${figures.gpuPeakBytes === null ? '' : `, on the GPU ${bytes(figures.gpuPeakBytes)}`}`),
    row('warm-up time', `${(figures.warmUpMs / 1000).toFixed(1)} s`),
    row('model size', bytes(figures.modelBytes)),
    row('CPU utilisation', figures.cpuUtilisation === null ? 'n/a' : percent(figures.cpuUtilisation)),
    ...(endToEnd === null ? [] : [row('end to end', latencies(endToEnd))]),
    ...Object.entries(variants).map(([name, variant]) => row(name === 'function' ? 'tf.function' : name, latencies(variant))),
    '',
  ].join('\n');
}

function printComparison({ file, measuredAt, passed, frameworks, drift }: ComparisonRecord): readonly string[] {
  const lines = frameworks.map(({ framework, beforeMs, afterMs, change, noise, regressed, yardstick }) => {
    const by = yardstick === 'TensorFlow' ? ', measured by TensorFlow' : '';
    return `  ${TITLES[framework].padEnd(14)}p50 ${ms(beforeMs)} → ${ms(afterMs)}: ${signed(change)}${by}, noise ${(100 * noise).toFixed(1)} %${regressed ? ': REGRESSION' : ''}`;
  });
  const noisy = frameworks.filter(({ noise }) => noise > TOO_NOISY).length > 0;
  const verdict = passed
    ? noisy
      ? 'TOO NOISY TO TELL'
      : 'no regression'
    : frameworks.some(({ regressed }) => regressed)
      ? 'REGRESSION'
      : 'NOT COMPARABLE';
  return [
    '',
    `against ${file} of ${measuredAt}: ${verdict}`,
    ...lines,
    ...(passed && noisy
      ? ['  a regression within the noise would not be seen: measure again on a machine that does nothing else, with more iterations']
      : []),
    ...(drift === null ? [] : [`  TensorFlow itself ${signed(drift)}${verdict === 'NOT COMPARABLE' ? ': the machine is no longer the same' : ''}`]),
  ];
}

function row(name: string, value: string, more = ''): string {
  return `  ${name.padEnd(17)}${value.padEnd(18)}${more}`.trimEnd();
}

function latencies({ p50Ms, p95Ms, p99Ms, throughput }: LatencyFigures): string {
  return `p50 ${ms(p50Ms)}, p95 ${ms(p95Ms)}, p99 ${ms(p99Ms)}, ${throughput.toFixed(1)} images/s`;
}

function ms(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

function percent(value: number): string {
  return `${value.toFixed(0)} %`;
}

function signed(share: number | null): string {
  return share === null ? 'n/a' : `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(1)} %`;
}

function bytes(value: number | null): string {
  return value === null ? 'n/a' : `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 1)} MB`;
}
