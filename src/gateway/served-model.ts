import { createHash } from 'node:crypto';
import type { Manifest, PortRecord } from '../bundle/manifest.ts';
import { TorchliftError } from '../core/errors.ts';
import type { WirePort, WireSignature, WireTensor } from '../dialects/wire-tensor.ts';
import { float32Elements, type Tensor } from '../engines/tensor.ts';
import type { Decider } from '../policy/create-decider.ts';
import type { Head } from '../policy/head.ts';
import type { Policy } from '../policy/policy.ts';
import { imageStructure } from '../preprocess/image-structure.ts';
import { sniffImage } from '../preprocess/sniff-image.ts';
import type { ArmAnswer, Arms } from './arms/arms.ts';
import type { ModelAnswer } from './arms/model-worker.ts';
import { type ImageLimits, inspectHeader } from './images/inspect-header.ts';
import type { RequestContext } from './request-context.ts';

export interface ServedModelOptions {
  readonly name: string;
  readonly version: number;
  readonly manifest: Manifest;
  /** sha256 of the file that answers. */
  readonly sha256: string;
  readonly heads: readonly Head[];
  readonly policy: Policy | null;
  readonly decide: Decider;
  readonly limits: ImageLimits;
  readonly arms: Arms;
  /** An image that no model looked at: its format where that is known, and the reason. */
  readonly onNotInspected: (format: string, reason: string) => void;
}

/** What a model makes of one image, and what else is to be known of it. */
export interface ImageAnswer {
  readonly outputs: readonly Tensor[];
  readonly variant: ArmAnswer['variant'];
  /** Of the file; the first is what the model saw. */
  readonly frames: number;
  /** `alpha`, `animated`, `trailing_bytes`, `palette`, `decode_warning`, `preprocess_assumed`. */
  readonly flags: readonly string[];
}

/** A bundle behind all its contracts. */
export class ServedModel {
  readonly name: string;
  readonly version: number;
  readonly manifest: Manifest;
  readonly heads: readonly Head[];
  readonly policy: Policy | null;
  readonly decide: Decider;
  /** For answers: enough of the file's hash to tell models apart. */
  readonly modelHash: string;
  readonly policyHash: string | null;
  readonly signature: WireSignature;
  readonly #limits: ImageLimits;
  readonly #arms: Arms;
  readonly #onNotInspected: ServedModelOptions['onNotInspected'];

  constructor({ name, version, manifest, sha256, heads, policy, decide, limits, arms, onNotInspected }: ServedModelOptions) {
    this.name = name;
    this.version = version;
    this.manifest = manifest;
    this.heads = heads;
    this.policy = policy;
    this.decide = decide;
    this.modelHash = shortHash(sha256);
    this.policyHash = policy === null ? null : shortHash(createHash('sha256').update(JSON.stringify(policy)).digest('hex'));
    this.signature = { inputs: manifest.inputs.map(wirePort), outputs: manifest.outputs.map(wirePort) };
    this.#limits = limits;
    this.#arms = arms;
    this.#onNotInspected = onNotInspected;
  }

  /** As a request may give it: bytes where an image stands for the one input. */
  signatureFor(isImage: boolean): WireSignature {
    const [only] = this.signature.inputs;
    if (!isImage || !this.takesImages || only === undefined) return this.signature;
    return { ...this.signature, inputs: [{ ...only, dtype: 'bytes' }] };
  }

  /** Whether the one input is an image, which may come as a file. */
  get takesImages(): boolean {
    return this.manifest.inputs.length === 1 && this.manifest.inputs[0]?.layout !== null;
  }

  get isReady(): boolean {
    return this.#arms.isReady;
  }

  /** Answers a request of any dialect. Errors: as `answerTensors`, and of every image as `answerImage`. */
  async answer(inputs: readonly WireTensor[], context: RequestContext): Promise<readonly WireTensor[]> {
    const [first] = inputs;
    const { outputs } =
      first?.dtype === 'bytes' && this.takesImages
        ? joinRows(await Promise.all(first.elements.map((image) => this.answerImage(image, context))))
        : await this.answerTensors(inputs, context);
    return outputs.map((output, index): WireTensor => ({ name: this.signature.outputs[index]?.name ?? '', ...output }));
  }

  /** Answers an image's bytes. Errors: those of the header's inspection, `refused-input` (its decoder refuses it), those of the pool. */
  async answerImage(image: Uint8Array, context: RequestContext): Promise<ImageAnswer> {
    const { header, answer } = await this.#inspect(image, context);
    const { outputs, flags: warnings, variant } = answer;
    const { frames, alpha, trailingBytes } = imageStructure(image, header);
    const flags = Object.entries({
      alpha,
      animated: frames > 1,
      trailing_bytes: trailingBytes > 0,
      palette: header.hasPalette === true,
      decode_warning: warnings.length > 0,
      preprocess_assumed: this.manifest.preprocess.assumed,
    });
    return { outputs, variant, frames, flags: flags.flatMap(([flag, holds]) => (holds ? [flag] : [])) };
  }

  async #inspect(image: Uint8Array, context: RequestContext) {
    try {
      const header = inspectHeader(image, this.#limits);
      return { header, answer: await this.#arms.answerImage(image, context) };
    } catch (error) {
      this.#onNotInspected(sniffImage(image)?.format ?? 'unknown', error instanceof TorchliftError ? error.code : 'internal');
      throw error;
    }
  }

  /** Answers tensors in the signature's order. Errors: `malformed-message` (another dtype or shape than the model's), those of the pool. */
  answerTensors(inputs: readonly WireTensor[], context: RequestContext): Promise<ModelAnswer> {
    const tensors = inputs.map((input, index) => checked(input, this.manifest.inputs[index] as PortRecord));
    const rows = tensors[0]?.shape[0] ?? 1;
    for (const [index, { shape }] of tensors.entries()) {
      if (shape[0] !== rows) throw refused(`${inputs[index]?.name} has ${shape[0]} rows, ${inputs[0]?.name} has ${rows}`);
    }
    if (rows === 0) throw refused('the batch is empty');
    return this.#arms.answerRows(tensors, context);
  }
}

function joinRows(answers: readonly ImageAnswer[]): Pick<ModelAnswer, 'outputs'> {
  const [first] = answers;
  if (first === undefined) throw refused('the batch is empty');
  return {
    outputs: first.outputs.map(({ dtype, shape: [, ...row] }, index) => ({
      dtype,
      shape: [answers.length, ...row],
      data: Buffer.concat(answers.map(({ outputs }) => (outputs[index] as Tensor).data)),
    })),
  };
}

function checked(input: WireTensor, port: PortRecord): Tensor {
  const expected = `${port.dtype} [${port.shape.map((size) => (typeof size === 'number' ? size : -1)).join(',')}]`;
  const fits = input.shape.length === port.shape.length && port.shape.every((size, axis) => typeof size === 'string' || size === input.shape[axis]);
  if (input.dtype === 'bytes' || input.dtype !== port.dtype || !fits)
    throw refused(`input ${port.name} is ${input.dtype} [${input.shape.join(',')}], expected ${expected}`);
  return { dtype: input.dtype, shape: input.shape, data: input.data };
}

function refused(what: string): TorchliftError {
  return new TorchliftError('malformed-message', { what });
}

function wirePort({ name, dtype, shape }: PortRecord): WirePort {
  return { name, dtype, shape: shape.map((size) => (typeof size === 'number' ? size : -1)) };
}

/** An output's elements as scores; none where it isn't float32. */
export function scoresOf(tensor: Tensor): Float32Array {
  return tensor.dtype === 'float32' ? float32Elements(tensor) : new Float32Array();
}

function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
