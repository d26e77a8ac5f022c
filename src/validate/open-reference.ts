import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { SideEvidence } from '../bundle/evidence/validation-evidence.ts';
import { hashFiles } from '../bundle/hash-file.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { TorchliftError } from '../core/errors.ts';
import type { Engine } from '../engines/engine.ts';
import { openTensorflow } from '../engines/open-tensorflow.ts';
import { openRemote, type RemoteEngine } from '../engines/remote-engine.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import type { WorkerEngine } from '../engines/worker-engine.ts';
import { SUPERVISION } from './supervision.ts';

export interface Reference {
  /** Null for recorded scores. */
  readonly engine: Engine | null;
  /** The same in TensorFlow, on the cores of this machine; its layers can be looked into. */
  readonly worker: WorkerEngine | null;
  /** The same where it is a served model that decodes images itself; nothing else can be asked of it then. */
  readonly decoding: RemoteEngine | null;
  readonly side: SideEvidence;
  readonly warnings: readonly string[];
}

/** Where production answered already, nothing is run again. */
export const RECORDED: Reference = {
  engine: null,
  worker: null,
  decoding: null,
  side: { engine: 'recorded scores', model: 'recorded requests', sha256: null, precision: null },
  warnings: [],
};

/** `./moderation_model.h5` where that file exists and none is named. */
const DEFAULT_REFERENCE = 'moderation_model.h5';

/**
 * The original model: a Keras `.h5` in TensorFlow, or a served one by its address. Errors: `usage` where none is named or found,
 * `file-not-found`, those of the engines.
 */
export async function openReference(
  named: string | undefined,
  manifest: Manifest,
  progress: Progress,
  onRestart: (why: string) => void,
): Promise<Reference> {
  const reference = named ?? (existsSync(DEFAULT_REFERENCE) ? DEFAULT_REFERENCE : undefined);
  if (reference === undefined) {
    throw new TorchliftError('usage', {
      what: 'there is nothing to compare with',
      where: '--reference',
      remedy: `Name the original model (${manifest.source.file}) or the address of the server that runs it; recorded requests with scores need none.`,
    });
  }
  if (/^https?:/.test(reference)) {
    const engine = await openRemote({
      url: reference,
      inputs: manifest.inputs.map(({ name }) => name),
      outputs: manifest.outputs.map(({ name }) => name),
    });
    return {
      engine,
      worker: null,
      decoding: engine.signature.inputs.length === 1 && engine.signature.inputs[0]?.dtype === 'bytes' ? engine : null,
      side: { engine: engine.description, model: reference, sha256: null, precision: null },
      warnings: [],
    };
  }
  const engine = await openTensorflow({ model: reference, supervision: { ...SUPERVISION, onRestart }, progress });
  const sha256 = hashFiles([reference]);
  const warnings =
    sha256 === manifest.source.sha256
      ? []
      : [
          `${basename(reference)} isn't the file that the bundle was made from (${manifest.source.file}): what differs may be the source, not the conversion`,
        ];
  return {
    engine,
    worker: engine,
    decoding: null,
    side: { engine: engine.description, model: basename(reference), sha256, precision: 'fp32' },
    warnings,
  };
}
