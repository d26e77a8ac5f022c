import type { SideEvidence, ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { checklist } from '../checklist.ts';
import { count, percent, percentRange } from '../numbers.ts';
import { printPage } from '../page.ts';
import { accuracy, coverage, production, skipped, thresholds } from './data-sections.ts';
import type { Pictures } from './flip-gallery.ts';
import { machineWords, sideWords } from './origin-words.ts';
import { agreement, classes, directions, stages } from './outcome-sections.ts';
import { pipelineWords } from './pipeline-words.ts';
import { differences, flips, layers } from './score-sections.ts';
import { checksOf, neededWords, verdictWord } from './verdict-words.ts';

/**
 * A validation as one self-contained HTML page. `pictures`: the images of flips by their `id`, as data URLs; those that are missing are left out.
 * They stay blurred until somebody clicks them.
 */
export function printValidation(evidence: ValidationEvidence, pictures: Pictures): string {
  return printPage({
    title: 'Validation',
    verdict: verdictWord(evidence),
    lead: lead(evidence),
    sections: [checklist(checksOf(evidence)), ...validationSections(evidence, pictures)],
    footer: html`${validationOrigin(evidence)}
${fileHashes([evidence.reference, evidence.candidate])}`,
  });
}

/** The parts of the page below its list of demands, for reports that hold more than a validation. */
export function validationSections(evidence: ValidationEvidence, pictures: Pictures): readonly Html[] {
  return [
    pipeline(evidence),
    agreement(evidence),
    stages(evidence),
    classes(evidence),
    directions(evidence),
    differences(evidence),
    layers(evidence),
    flips(evidence, pictures),
    accuracy(evidence),
    production(evidence),
    thresholds(evidence),
    coverage(evidence),
    skipped(evidence),
  ].filter((section) => section !== null);
}

function lead(evidence: ValidationEvidence): Html {
  const { reference, candidate, data, samples, agreements, clopperPearson, agreement: share } = evidence;
  return html`<p class="soft">${sideWords(candidate)} against ${sideWords(reference)}, on ${data}</p>
<p>${count(agreements)} of ${count(samples)} samples are decided alike: ${percent(share)} (95 % interval ${percentRange(clopperPearson)}).</p>
${neededWords(evidence).map((words) => html`<p>${words}</p>`)}`;
}

function pipeline({ preprocess }: ValidationEvidence): Html | null {
  if (preprocess === undefined) return null;
  return html`<h2>Pipeline</h2><ul>${pipelineWords(preprocess).map((line) => html`<li>${line}</li>\n`)}</ul>`;
}

/** What was run on what machine, and how it is read. */
export function validationOrigin(evidence: ValidationEvidence): Html {
  const { tool, created, heads } = evidence;
  const read = heads
    .map(
      ({ name, kind, classes: names, knownFrom }) => `${name}: ${kind} of ${names.length} classes${knownFrom === 'scores' ? ' (by its scores)' : ''}`,
    )
    .join('; ');
  return html`<p>Torchlift ${tool.version}, ${created}, on ${machineWords(evidence)}. Decisions are read from ${read}.</p>
<p>Interval: Clopper–Pearson. Certified bound: one-sided 95 %, the mixture e-process at these counts, valid however often anyone looks.</p>`;
}

/** What files were compared, each once. */
export function fileHashes(files: readonly Pick<SideEvidence, 'model' | 'sha256'>[]): Html {
  const shown = files.filter(({ sha256 }, index) => sha256 !== null && files.findIndex((other) => other.sha256 === sha256) === index);
  return html`${shown.map(({ model, sha256 }) => html`<p class="mono">${model}  sha256 ${sha256}</p>\n`)}`;
}
