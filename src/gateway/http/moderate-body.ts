import busboy from 'busboy';
import { TorchliftError } from '../../core/errors.ts';
import { checkJsonDepth } from '../../core/json-depth.ts';
import type { Exchange } from './route.ts';

export interface Images {
  readonly images: readonly Uint8Array[];
  /** Several files of one form: answered by a list. */
  readonly several: boolean;
}

/** Of one form. */
const MAX_FILES = 64;
const FORMS = 'Send an image as the body, as multipart/form-data, or as JSON {"image": "<base64>"}.';

/** The images of a request: the raw body, files of `multipart/form-data`, or JSON with base64 or a `data:` URL. Errors: `malformed-message`. */
export async function imagesOf({ body, headers }: Pick<Exchange, 'body' | 'headers'>): Promise<Images> {
  const type = String(headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('multipart/form-data')) return filesOf(body, String(headers['content-type']));
  if (/^application\/(?:[\w.-]+\+)?json\b/.test(type)) return { images: [imageOfJson(body.toString())], several: false };
  if (body.byteLength === 0) throw malformed('the request has no body');
  return { images: [body], several: false };
}

function filesOf(body: Buffer, contentType: string): Promise<Images> {
  return new Promise((resolve, reject) => {
    const images: Buffer[] = [];
    let parser: ReturnType<typeof busboy>;
    try {
      parser = busboy({ headers: { 'content-type': contentType }, limits: { files: MAX_FILES, fields: MAX_FILES, parts: 2 * MAX_FILES } });
    } catch (cause) {
      reject(malformed(`the form can't be read: ${(cause as Error).message}`));
      return;
    }
    parser.on('file', (_name, stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => images.push(Buffer.concat(chunks)));
    });
    for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
      parser.on(limit, () => reject(malformed(`the form has more than ${MAX_FILES} files or fields`)));
    parser.on('error', (error) => reject(malformed(`the form can't be read: ${(error as Error).message}`)));
    parser.on('close', () => {
      if (images.length === 0) reject(malformed('the form has no file'));
      else resolve({ images, several: images.length > 1 });
    });
    parser.end(body);
  });
}

const DATA_URL = /^data:[^,]{0,200};base64,/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

function imageOfJson(text: string): Uint8Array {
  let message: unknown;
  try {
    checkJsonDepth(text);
    message = JSON.parse(text);
  } catch (cause) {
    throw malformed(`the body isn't JSON: ${(cause as Error).message}`);
  }
  const { image } = (message ?? {}) as { image?: unknown };
  if (typeof image !== 'string') throw malformed('the JSON has no "image" that is a text');
  if (/^https?:/i.test(image)) throw malformed('images by URL are switched off');
  const base64 = image.replace(DATA_URL, '').replace(/\s+/g, '');
  if (!BASE64.test(base64) || base64 === '') throw malformed('"image" is neither base64 nor a data: URL with base64');
  return Buffer.from(base64, 'base64');
}

function malformed(what: string): TorchliftError {
  return new TorchliftError('malformed-message', { what, remedy: FORMS });
}
