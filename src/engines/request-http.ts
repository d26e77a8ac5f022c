import { setTimeout } from 'node:timers/promises';
import { TorchliftError } from '../core/errors.ts';

export interface HttpRequest {
  /** GET where omitted, POST otherwise. */
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Scores are small; more than this is no answer of a model. */
const MAX_ANSWER_BYTES = 1 << 28;
/** What a server says while it restarts or is overloaded: another try may do. */
const PASSING = new Set([429, 502, 503, 504]);
/** Before each other try, milliseconds; longer where the server says so (Retry-After), within reason. */
const PAUSES_MS = [500, 2_000];
const MAX_PAUSE_MS = 10_000;

/**
 * One request to a served model, tried again twice where the connection broke or the server said that it can't right now: a prediction has no
 * effect, so asking again is harmless. Redirects aren't followed. TORCHLIFT_REMOTE_AUTHORIZATION is the Authorization header.
 * Errors: `remote-failed` (unreachable, too slow, an answer without end); an HTTP status is the caller's to judge.
 */
export async function requestHttp(url: string, request: HttpRequest): Promise<HttpAnswer> {
  for (const pauseMs of PAUSES_MS) {
    let asked = 0;
    try {
      const answer = await once(url, request);
      if (!PASSING.has(answer.status)) return answer;
      asked = 1e3 * Number(answer.headers.get('retry-after') ?? 0);
    } catch (error) {
      if (error instanceof TorchliftError) throw error;
    }
    await setTimeout(Math.min(MAX_PAUSE_MS, Math.max(pauseMs, asked || 0)));
  }
  try {
    return await once(url, request);
  } catch (cause) {
    if (cause instanceof TorchliftError) throw cause;
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const what =
      cause instanceof DOMException && cause.name === 'TimeoutError'
        ? `gave no answer within ${request.timeoutMs / 1000} s, three times`
        : `can't be reached: ${reason instanceof Error ? reason.message || (reason as NodeJS.ErrnoException).code : reason}`;
    throw new TorchliftError('remote-failed', { what, where: placeOf(url), cause });
  }
}

async function once(url: string, { body, headers, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  const authorization = process.env.TORCHLIFT_REMOTE_AUTHORIZATION;
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(authorization && { authorization }) },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES)
      throw new TorchliftError('remote-failed', { what: `answers more than ${MAX_ANSWER_BYTES} bytes`, where: placeOf(url) });
    chunks.push(chunk);
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
}

/** For messages: a query may hold a key. */
function placeOf(url: string): string {
  return url.replace(/\?.*/, '');
}
