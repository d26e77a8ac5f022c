import { TorchliftError } from '../core/errors.ts';

export type Dialect = 'tf-serving' | 'open-inference';

/** Where a served model is reached. */
export interface ModelUrl {
  readonly dialect: Dialect;
  /** For people: without a query. */
  readonly text: string;
  readonly metadata: string;
  readonly predict: string;
}

const TF_SERVING = /^(?<model>.*\/v1\/models\/[^/:]+(?:\/(?:versions|labels)\/[^/:]+)?)(?::predict|\/metadata)?$/;
const OPEN_INFERENCE = /^(?<model>.*\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?)(?:\/infer)?$/;

/**
 * Reads the address of a served model; its path tells the dialect: `…/v1/models/<name>[/versions/<n>|/labels/<l>][:predict]` is TensorFlow
 * Serving, `…/v2/models/<name>[/versions/<n>][/infer]` the Open Inference Protocol. Errors: `usage`.
 */
export function parseModelUrl(address: string): ModelUrl {
  const refuse = (what: string, remedy: string) => new TorchliftError('usage', { what, where: address.replace(/\/\/[^/@]*@/, '//…@'), remedy });
  const forms =
    'Give http://host:8501/v1/models/<name> (TensorFlow Serving) or http://host:8000/v2/models/<name> (Triton, KServe and others of the Open Inference Protocol).';
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw refuse('is no URL', forms);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse(`has the scheme ${url.protocol}, expected http: or https:`, forms);
  if (url.username !== '' || url.password !== '') {
    throw refuse('holds credentials, which would end in reports', 'Put what the Authorization header is to be into TORCHLIFT_REMOTE_AUTHORIZATION.');
  }
  const path = url.pathname.replace(/\/+$/, '');
  const served = TF_SERVING.exec(path)?.groups?.model;
  const open = OPEN_INFERENCE.exec(path)?.groups?.model;
  const at = (suffix: string) => `${url.origin}${suffix}${url.search}`;
  if (served !== undefined) {
    return { dialect: 'tf-serving', text: `${url.origin}${served}`, metadata: at(`${served}/metadata`), predict: at(`${served}:predict`) };
  }
  if (open !== undefined) return { dialect: 'open-inference', text: `${url.origin}${open}`, metadata: at(open), predict: at(`${open}/infer`) };
  throw refuse('names no served model', forms);
}
