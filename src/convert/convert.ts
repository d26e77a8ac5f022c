import { writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { assertWritable, writeFolderAtomically } from '../bundle/atomic-folder.ts';
import { diskError } from '../bundle/file-sink.ts';
import { HashThread } from '../bundle/hash-thread.ts';
import { type ArtefactRecord, MANIFEST_SCHEMA, type Manifest } from '../bundle/manifest.ts';
import type { Graph } from '../compiler/graph/graph.ts';
import { inferencePasses } from '../compiler/graph/passes/inference-passes.ts';
import { runPasses } from '../compiler/graph/passes/pass.ts';
import { trainPasses } from '../compiler/graph/passes/train-passes.ts';
import { exportOnnx } from '../compiler/onnx/export/export-onnx.ts';
import { lowerGraph } from '../compiler/torch/lower.ts';
import { TorchliftError } from '../core/errors.ts';
import { version } from '../core/version.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { type Policy, parsePolicy } from '../policy/policy.ts';
import { loadSteps } from '../preprocess/load-steps.ts';
import { imageInput, printPreprocess } from '../preprocess/print-preprocess.ts';
import { parseSteps, type Step } from '../preprocess/steps.ts';
import { detectFormat } from './detect-format.ts';
import { knownPipeline } from './known-pipeline.ts';
import { openModel } from './open-model.ts';
import { ARTEFACT_FORMATS, type ConvertOptions, PRECISIONS } from './options.ts';
import { callRecords, outputRecords, portRecords, weightRecords } from './provenance.ts';
import { type WrittenArtefact, writeTorchScriptArtefact, writeTrainArtefacts } from './write-artefacts.ts';

export type { ConvertOptions } from './options.ts';

export interface ConvertResult {
  /** The bundle's folder, absolute. */
  readonly bundle: string;
  readonly manifest: Manifest;
}

/**
 * Converts a model file to a bundle: `model.onnx`, `model.py` with `model.safetensors`, `model.pt` and `manifest.json`. Neither
 * TensorFlow nor Python is started. The folder appears in one rename, or not at all.
 *
 * Errors (`TorchliftError`): `file-not-found`, `bundle-exists`, `unsafe-lambda`, `unsafe-file`, `not-a-model`, `malformed-*`,
 * `limit-exceeded`, `unsupported` (all layers at once), `weights-only`, `io`; docs/errors.md has each.
 *
 * @example
 * const { bundle, manifest } = await convert('moderation_model.h5', { classes: ['safe', 'unsafe'] });
 */
export async function convert(file: string, options: ConvertOptions = {}): Promise<ConvertResult> {
  return convertAs(file, options, undefined);
}

/** `rewritten`: the manifest of the bundle whose own `model.onnx` `file` is; where the weights came from first stays what it says. */
export async function convertAs(file: string, options: ConvertOptions, rewritten: Manifest | undefined): Promise<ConvertResult> {
  if (typeof file !== 'string')
    throw new TorchliftError('usage', { what: 'no file was named', where: 'convert', remedy: 'Give the path of a model.' });
  known('options', Object.keys(options), OPTIONS);
  checkTypes(options);
  const { force = false, classes, onProgress = () => {} } = options;
  const formats = known('formats', options.formats ?? ARTEFACT_FORMATS, ARTEFACT_FORMATS);
  const precisions = known('precisions', options.precisions ?? [], PRECISIONS);
  checkClassNames(classes);
  // Of two mistakes, the one about the model is told.
  detectFormat(file);
  const bundle = resolve(options.output ?? defaultOutput(file));
  const steps = stepsOf(options.preprocess);
  const policy = policyOf(options.policy, classes);
  assertWritable(bundle, force);

  onProgress(`reading ${basename(file)}`);
  const source = await openModel(file, {
    ...(classes !== undefined && { classes }),
    ...(steps !== undefined && { preprocess: steps }),
    ...(options.architecture !== undefined && { architecture: options.architecture }),
  });
  const hashes = new HashThread();
  try {
    checkClasses(source.graph, classes);
    const sourceHash = hashes.sha256(source.paths);
    // A model.onnx of ours is the graph as the train passes left it.
    const train = source.record.format === 'onnx' ? { graph: source.graph, passes: [] } : runPasses(source.graph, trainPasses);
    const inference = runPasses(train.graph, inferencePasses);
    const trainProgram = lowerGraph(train.graph, { mode: 'train' });
    const inferenceProgram = lowerGraph(inference.graph, { mode: 'inference' });
    const onnx = exportOnnx(train.graph, version());
    const artefacts: { written: WrittenArtefact; sha256: Promise<string> }[] = [];
    let manifest: Manifest | undefined;
    await writeFolderAtomically(bundle, force, async (partial) => {
      /** Writes one kind of artefact; gives Ctrl-C its turn first. */
      const stage = async (line: string, write: () => readonly WrittenArtefact[]) => {
        onProgress(line);
        await setImmediate();
        for (const written of write()) artefacts.push({ written, sha256: hashes.sha256([join(partial, written.file)]) });
      };
      const { model } = train.graph;
      const inputs = portRecords(train.graph, train.graph.inputs);
      const pipeline = knownPipeline(train.graph, inputs, model.preprocess as readonly Step[] | undefined);
      const image = imageInput(inputs);
      const preprocess = image && formats.includes('python') ? printPreprocess(pipeline.steps, image) : undefined;
      const forms = { graph: train.graph, program: trainProgram, onnx: onnx.model, preprocess };
      const wanted = [
        ...(formats.includes('onnx') ? ['model.onnx'] : []),
        ...(formats.includes('python') ? ['model.py', ...(preprocess === undefined ? [] : ['preprocess.py']), 'model.safetensors'] : []),
      ];
      if (wanted.length > 0) await stage(`writing ${wanted.join(', ')}`, () => writeTrainArtefacts(partial, forms, formats));
      if (formats.includes('torchscript'))
        await stage('writing model.pt', () => writeTorchScriptArtefact(partial, inference.graph, inferenceProgram, undefined));
      for (const precision of precisions) {
        await stage(`writing model.${precision}.pt`, () => writeTorchScriptArtefact(partial, inference.graph, inferenceProgram, precision));
      }
      onProgress('writing manifest.json');
      await setImmediate();
      manifest = {
        schema: MANIFEST_SCHEMA,
        tool: { name: 'torchlift', version: version() },
        source: rewritten?.source ?? { ...source.record, sha256: await sourceHash },
        inputs,
        outputs: outputRecords(train.graph),
        classes: model.classes ?? null,
        preprocess: { steps: pipeline.steps, assumed: pipeline.assumed },
        policy,
        weights: rewritten?.weights ?? weightRecords(train.graph, trainProgram),
        calls: callRecords({ graph: train.graph, valueNames: onnx.valueNames }, { graph: inference.graph, program: inferenceProgram }),
        artefacts: await artefactRecords(artefacts),
        passes: { train: train.passes, inference: inference.passes },
        warnings: [...source.warnings, ...pipeline.warnings, ...unusedPolicy(policy, model.classes)],
      };
      writeText(join(partial, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    });
    return { bundle, manifest: manifest as unknown as Manifest };
  } finally {
    source.close();
    await hashes.close();
  }
}

function stepsOf(preprocess: ConvertOptions['preprocess']): readonly Step[] | undefined {
  if (preprocess === undefined) return undefined;
  return typeof preprocess === 'string' ? loadSteps(preprocess) : parseSteps(preprocess, 'preprocess');
}

function policyOf(policy: ConvertOptions['policy'], classes: readonly string[] | undefined): Policy | null {
  if (policy === undefined) return null;
  return typeof policy === 'string' ? loadPolicy(policy, classes) : parsePolicy(policy, 'policy', classes);
}

async function artefactRecords(artefacts: readonly { written: WrittenArtefact; sha256: Promise<string> }[]): Promise<Record<string, ArtefactRecord>> {
  const records = artefacts.map(
    async ({ written: { file, sizeBytes, precision }, sha256 }) => [file, { sha256: await sha256, sizeBytes, precision }] as const,
  );
  return Object.fromEntries(await Promise.all(records));
}

function unusedPolicy(policy: unknown, classes: readonly string[] | undefined): readonly string[] {
  return policy === null || classes !== undefined ? [] : ['the policy names classes, but the model has no class names: give them with --classes'];
}

const OPTIONS = ['output', 'formats', 'precisions', 'preprocess', 'classes', 'policy', 'architecture', 'force', 'onProgress'];

function defaultOutput(file: string): string {
  const name = basename(resolve(file));
  // A folder's or a tfjs file's own name says more than `model`.
  if (name === 'model.json') return `${basename(resolve(file, '..'))}_torch`;
  const stem = name.replace(/\.(h5|hdf5|keras|onnx)$/i, '');
  return stem === name || stem === '' ? `${name}_torch` : stem;
}

/** The list without repetitions, of which nothing may be unknown: callers from JavaScript have no compiler. */
function known<T extends string>(option: string, list: readonly T[], options: readonly T[]): readonly T[] {
  const unknown = list.filter((item) => !options.includes(item));
  if (unknown.length === 0) return [...new Set(list)];
  throw new TorchliftError('usage', { what: `unknown: ${unknown.join(', ')}`, where: option, remedy: `Known: ${options.join(', ')}.` });
}

/** Callers from JavaScript have no compiler. */
function checkTypes({ formats, precisions, classes, ...options }: ConvertOptions): void {
  const wrong = (what: string, where: string) => new TorchliftError('usage', { what, where, remedy: 'See ConvertOptions, or README.md.' });
  for (const [name, list] of Object.entries({ formats, precisions, classes }))
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === 'string')))
      throw wrong('expected a list of strings', name);
  if (formats?.length === 0) throw wrong('an empty list', 'formats');
  for (const name of ['output', 'architecture'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'string') throw wrong('expected a path', name);
}

function checkClassNames(classes: readonly string[] | undefined): void {
  const wrong = classes?.find((name, index) => name === '' || classes.indexOf(name) !== index);
  if (wrong === undefined) return;
  const what = wrong === '' ? 'a class has no name' : `the class ${JSON.stringify(wrong)} stands there twice`;
  throw new TorchliftError('usage', { what, where: '--classes', remedy: 'Name one class for each score, in their order.' });
}

function checkClasses(graph: Graph, classes: readonly string[] | undefined): void {
  if (classes === undefined) return;
  const widths = graph.outputs.map(({ value }) => graph.values.get(value)?.shape.at(-1));
  // One unit decides between two classes.
  if (widths.includes(classes.length) || (classes.length === 2 && widths.includes(1))) return;
  throw new TorchliftError('usage', {
    what: `${classes.length} classes (${classes.join(', ')}) for outputs of ${widths.join(', ')} scores`,
    where: '--classes',
    remedy: 'Name one class for each score, in their order.',
  });
}

function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw diskError(path, cause);
  }
}
