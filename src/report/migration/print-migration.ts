import type { MigrationEvidence, PrecisionRun } from '../../bundle/evidence/migration-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { type LatencySeries, latencyChart } from '../charts/latency-chart.ts';
import { sizeChart } from '../charts/size-chart.ts';
import { checklist } from '../checklist.ts';
import { change, count, counted, megabytes, milliseconds, percent, small } from '../numbers.ts';
import { printPage } from '../page.ts';
import { rankWords } from '../rank-words.ts';
import { number, table, text } from '../table.ts';
import type { Pictures } from '../validation/flip-gallery.ts';
import { PRECISION_WORDS } from '../validation/origin-words.ts';
import { fileHashes, validationOrigin, validationSections } from '../validation/print-validation.ts';
import { neededWords, verdictWord } from '../validation/verdict-words.ts';
import { demandGroups, demands, PLAN_WORDS } from './demands.ts';
import { mainRun, outcome } from './outcome.ts';

/**
 * A migration as one self-contained HTML page: the decision, what was demanded, and the evidence. `pictures`: the images of flips by their `id`,
 * as data URLs; they stay blurred until somebody clicks them.
 */
export function printMigration(evidence: MigrationEvidence, pictures: Pictures): string {
  const main = mainRun(evidence);
  const others = evidence.runs.filter((run) => run !== main);
  return printPage({
    title: `Migration of ${evidence.source.file}`,
    verdict: outcome(evidence),
    lead: decision(evidence),
    sections: [
      ...demandGroups(evidence).map(({ title, checks }) => html`${title === null ? null : html`<h2>${title}</h2>\n`}${checklist(checks)}`),
      html`<p class="soft">${PLAN_WORDS}</p>`,
      conversionWarnings(evidence),
      precisions(evidence),
      sizes(evidence),
      latencies(main),
      ...validationSections(main.validation, pictures),
      others.length === 0 ? null : html`<h2>The other precisions</h2>`,
      ...others.map((run) => inFull(run, pictures)),
    ].filter((section) => section !== null),
    footer: footer(evidence),
  });
}

/** What somebody who decides has to know: how each precision ended. */
function decision(evidence: MigrationEvidence): Html {
  const { source, runs } = evidence;
  const checks = demands(evidence);
  const [met, missed, open] = [true, false, null].map((state) => checks.filter((check) => check.met === state).length);
  return html`<p class="soft">${source.file} (${source.framework} ${source.frameworkVersion}) → PyTorch</p>
${runs.map((run) => html`${ending(run, evidence)}\n`)}
<p>Of ${count(checks.length)} demands ${count(met as number)} are met, ${count(missed as number)} missed, ${count(open as number)} couldn’t be measured here.</p>`;
}

function ending({ precision, validation, benchmark }: PrecisionRun, { source, runs, artefacts }: MigrationEvidence): Html {
  const { candidate, agreements, samples, agreement, lowerBound, flipsTotal } = validation;
  const { pytorch, tensorflow } = benchmark.frameworks;
  const { word, tone } = verdictWord(validation);
  const size = artefacts[candidate.model]?.sizeBytes;
  return html`<p>${runs.length > 1 ? html`<span class="verdict ${tone}">${PRECISION_WORDS[precision]}: ${word}</span> ` : null}<strong>${candidate.model} decides ${count(agreements)} of ${count(samples)} samples as the original does (${percent(agreement)}, certified above ${percent(lowerBound, 'down')}${flipsTotal === 0 ? '' : `; ${counted(flipsTotal, 'flip')}`}).</strong> ${
    pytorch === undefined || tensorflow === undefined
      ? 'Its speed couldn’t be compared with TensorFlow’s here.'
      : `A batch of ${benchmark.batchSize} takes ${milliseconds(pytorch.p50Ms)} instead of ${milliseconds(tensorflow.p50Ms)} (${change(pytorch.p50Ms / tensorflow.p50Ms - 1)}).`
  }${size === undefined ? '' : ` The file has ${megabytes(size)} instead of ${megabytes(source.sizeBytes)}.`}</p>
${neededWords(validation).map((words) => html`<p>${runs.length > 1 ? `${PRECISION_WORDS[precision]}: ` : ''}${words}</p>\n`)}`;
}

function conversionWarnings({ warnings }: MigrationEvidence): Html | null {
  if (warnings.length === 0) return null;
  return html`<div class="warnings"><strong>Of the conversion</strong><ul>${warnings.map((line) => html`<li>${line}</li>\n`)}</ul></div>`;
}

function sizes({ source, artefacts }: MigrationEvidence): Html {
  const { optimizer, weights, rest } = source.bytes;
  const files = Object.entries(artefacts).flatMap(([name, { precision, sizeBytes }]) =>
    precision === null ? [] : [{ name, sizeBytes, isOriginal: false }],
  );
  return html`<h2>Sizes</h2>
<p>Of the original’s ${megabytes(source.sizeBytes)}, ${megabytes(weights)} are weights, ${megabytes(optimizer)} the optimizer’s state, ${megabytes(rest)} the rest.</p>
${sizeChart([{ name: source.file, sizeBytes: source.sizeBytes, isOriginal: true }, ...files])}`;
}

function latencies({ benchmark }: PrecisionRun): Html {
  const { batchSize, iterations, rounds, frameworks, warnings } = benchmark;
  const { pytorch, tensorflow } = frameworks;
  const series: LatencySeries[] = [
    ...(pytorch === undefined ? [] : [{ name: 'PyTorch', figures: pytorch, isOriginal: false }]),
    ...(tensorflow === undefined ? [] : [{ name: 'TensorFlow, predict', figures: tensorflow, isOriginal: true }]),
    ...Object.entries(tensorflow?.variants ?? {}).map(([name, figures]) => ({
      name: `TensorFlow, ${name === 'function' ? 'tf.function' : name}`,
      figures,
      isOriginal: true,
    })),
  ];
  const [p95, p99] = [rankWords(95, iterations), rankWords(99, iterations)];
  const few = p95 === null || p99 === null ? '' : ` Of so few p95 is ${p95}, p99 ${p99}: another run may well give others.`;
  return html`<h2>Latency</h2>
<p>${count(iterations)} batches of ${count(batchSize)} each, in ${count(rounds)} rounds.${few}</p>
${series.length === 0 ? null : latencyChart(series)}
${table(
  [text(''), number('p50'), number('p95'), number('p99'), number('images/s'), number('warm-up'), number('memory'), number('CPU'), number('GPU')],
  series.map(({ name, figures: run }) => [
    name,
    ...[run.p50Ms, run.p95Ms, run.p99Ms].map(milliseconds),
    run.throughput.toFixed(1),
    `${(run.warmUpMs / 1000).toFixed(1)} s`,
    run.peakBytes === null ? 'n/a' : megabytes(run.peakBytes),
    run.cpuUtilisation === null ? 'n/a' : `${run.cpuUtilisation.toFixed(0)} %`,
    run.gpuUtilisation === null ? 'n/a' : `${run.gpuUtilisation.toFixed(0)} %`,
  ]),
)}
${warnings.length === 0 ? null : html`<div class="warnings"><ul>${warnings.map((line) => html`<li>${line}</li>\n`)}</ul></div>`}`;
}

function precisions(evidence: MigrationEvidence): Html | null {
  const { runs, artefacts } = evidence;
  if (runs.length < 2) return null;
  return html`<h2>By precision</h2>
<p>What follows is of ${PRECISION_WORDS[mainRun(evidence).precision]}; the others have the same parts folded up at the end.</p>
${table(
  [
    text(''),
    text('outcome'),
    number('agree'),
    number('flips'),
    number('certified above'),
    number('largest difference'),
    number('p50'),
    number('against TensorFlow'),
    number('file'),
  ],
  runs.map(({ precision, validation, benchmark }) => {
    const figures = benchmark.frameworks.pytorch;
    const size = artefacts[validation.candidate.model]?.sizeBytes;
    const { word, tone } = verdictWord(validation);
    return [
      PRECISION_WORDS[precision],
      html`<span class="${tone}">${word}</span>`,
      percent(validation.agreement),
      count(validation.flipsTotal),
      percent(validation.lowerBound, 'down'),
      small(validation.maxScoreDifference),
      figures === undefined ? 'n/a' : milliseconds(figures.p50Ms),
      figures?.againstTensorflow == null ? 'n/a' : change(figures.againstTensorflow.p50),
      size === undefined ? 'n/a' : megabytes(size),
    ];
  }),
)}`;
}

/** Another precision's evidence, folded up: it has the same parts again. */
function inFull(run: PrecisionRun, pictures: Pictures): Html {
  const { samples, agreements, lowerBound } = run.validation;
  const { word, tone } = verdictWord(run.validation);
  return html`<details><summary>${PRECISION_WORDS[run.precision]}: ${count(agreements)} of ${count(samples)} agree, certified above ${percent(lowerBound, 'down')} <span class="verdict ${tone}">${word}</span></summary>
${latencies(run)}
${validationSections(run.validation, pictures)}
</details>`;
}

function footer(evidence: MigrationEvidence): Html {
  const { source, runs } = evidence;
  const { validation, benchmark } = mainRun(evidence);
  const { processor, cores, memoryBytes, system, node } = benchmark.machine;
  const ran = Object.values(benchmark.frameworks).map(({ description, device }) => `${description} on ${device}`);
  return html`${validationOrigin(validation)}
<p>Measured ${benchmark.measuredAt} on ${processor}, ${count(cores)} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${system}, Node ${node}: ${ran.join('; ')}.</p>
${fileHashes([{ model: source.file, sha256: source.sha256 }, ...runs.flatMap((run) => [run.validation.reference, run.validation.candidate])])}`;
}
