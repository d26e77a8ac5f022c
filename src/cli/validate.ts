import { type Command, Option } from 'commander';
import type { ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';
import { printable } from '../core/printable.ts';
import type { Kept } from './keep-validation.ts';
import { share, wholeNumber } from './parse-options.ts';
import { createProgress } from './progress.ts';
import { samplesLine } from './samples-line.ts';

const EXAMPLES = `
Examples:
  $ torchlift validate --reference moderation_model.h5 --candidate moderation_model --images photos/
  $ torchlift validate --reference http://localhost:8501/v1/models/moderation --candidate moderation_model --images photos/
  $ torchlift validate --candidate moderation_model --inputs requests.jsonl       # recorded scores need no reference
  $ torchlift validate --candidate moderation_model --images photos/ --labels truth.csv --prevalence production.csv

Ends with 0 where the agreement is certified, with 1 where it isn't (or not yet: it says how many samples are needed); with
--find-preprocess, which certifies nothing, with 0 where a pipeline was found. The result is also left in the bundle: evidence/validation.json
and .html, or validation-<precision> and find-preprocess. TORCHLIFT_TENSORFLOW_PYTHON names an interpreter of your own (torchlift runtime).`;

interface Flags {
  reference?: string;
  candidate: string;
  images?: string;
  inputs?: string;
  samples?: number;
  device: 'auto' | 'cpu' | 'cuda';
  preprocess?: string;
  allowOtherPixels?: boolean;
  policy?: string;
  labels?: string;
  minAgreement: number;
  precision: 'fp32' | 'autocast' | 'bf16' | 'fp16';
  prevalence?: string;
  matchThresholds?: boolean;
  findPreprocess?: boolean;
  write?: boolean;
  layers?: boolean;
  strict?: boolean;
  json?: boolean;
}

/** `torchlift validate`: how far the original and the bundle decide alike. */
export function register(program: Command): void {
  program
    .command('validate')
    .description('Compare the original model with a bundle, decision by decision, and certify their agreement.')
    .option('--reference <model>', 'the original .h5, or the address of the server that runs it (default: ./moderation_model.h5 where it exists)')
    .option('--candidate <bundle>', "the bundle's folder", 'moderation_model')
    .option('--images <folder>', 'images to compare on, put through the pipeline')
    .option('--inputs <file>', 'a .npz with one array for each input, or recorded requests as JSON lines')
    .option('--samples <count>', 'how many of them (default: all; 512 of generated inputs)', (text: string) => wholeNumber(text))
    .addOption(new Option('--device <device>', 'where the candidate runs').choices(['auto', 'cpu', 'cuda']).default('auto'))
    .option('--preprocess <steps>', "a preset or a steps.json, instead of the bundle's pipeline")
    .option('--allow-other-pixels', 'go on where preprocess.py makes other pixels of the probe images than it made where the bundle was validated')
    .option('--policy <file>', "thresholds by class, instead of the bundle's policy")
    .option('--labels <csv>', 'the true classes: accuracy, precision and recall of both')
    .option('--min-agreement <share>', 'what is to be certified', share, 0.99)
    .addOption(new Option('--precision <precision>', 'how the candidate computes').choices(['fp32', 'autocast', 'bf16', 'fp16']).default('fp32'))
    .option('--prevalence <csv>', 'the production mix: flips per million at it')
    .option('--match-thresholds', "thresholds for the candidate that keep the reference's block and review rates")
    .option('--layers', 'compare what every layer gives too, and name the first that diverges')
    .option(
      '--find-preprocess',
      'find the pipeline behind which the candidate answers as the original did to some twenty images: recorded (--inputs requests.jsonl) or asked for now (--images, and a --reference that takes files)',
    )
    .option('--write', 'put what was found into the bundle: the pipeline of --find-preprocess, the thresholds of --match-thresholds')
    .option('--strict', 'fail where a file was skipped')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const { validate } = await import('../validate/validate.ts');
      const progress = createProgress();
      const started = performance.now();
      try {
        const { json, write, ...options } = flags;
        const findings = write ? await import('./write-findings.ts') : null;
        findings?.checkWrite(flags);
        const evidence = await validate({
          ...options,
          onProgress: (done, total, line) =>
            progress.update(printable(done === 0 ? line : samplesLine(done, total, performance.now() - started, line))),
        });
        const written = (await findings?.writeFindings(flags.candidate, evidence)) ?? null;
        const { keepValidation } = await import('./keep-validation.ts');
        const kept = keepValidation(flags.candidate, evidence);
        progress.done();
        process.stdout.write(json ? `${JSON.stringify(evidence)}\n` : await textOf(evidence, kept, written));
        // Twenty images find a pipeline; they certify nothing.
        const found = evidence.preprocess === undefined ? null : evidence.preprocess.found && !(evidence.strict && evidence.skipped.total > 0);
        if (!(found ?? evidence.passed)) process.exitCode = 1;
      } finally {
        progress.done();
      }
    });
}

/** `written`: what was put into the bundle; null where nothing was asked to be. */
async function textOf(evidence: ValidationEvidence, { page, replaced }: Kept, written: readonly string[] | null): Promise<string> {
  const [{ validationText }, { comparisonOf }, { printLayers }] = await Promise.all([
    import('../report/validation/validation-text.ts'),
    import('../report/layers/comparison-of.ts'),
    import('../report/layers/print-layers.ts'),
  ]);
  const layers = comparisonOf(evidence);
  const chart = layers === null ? '' : `\n${printLayers(layers, process.stdout.columns)}`;
  const changes = (written ?? []).map((line, index) => `  ${(index === 0 ? 'written' : '').padEnd(14)}${line}\n`).join('');
  const hint =
    evidence.preprocess?.found && written === null ? '  to keep it    the same command with --write puts the pipeline into the bundle\n' : '';
  const before = replaced === null ? '' : ` (replaces that of ${replaced})`;
  return printable(`${validationText(evidence)}${chart}\n${changes}${hint}  the page      ${page}${before}\n`, { lines: true });
}
