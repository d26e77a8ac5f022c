import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { TorchliftError } from '../../core/errors.ts';
import type { Caller } from '../keys/authorize.ts';
import { errorAnswer } from './error-answer.ts';
import type { Answer, ErrorForm, Route } from './route.ts';

export interface HttpOptions {
  readonly routes: readonly Route[];
  /** Of requests that name none. */
  readonly timeoutMs: number;
  /** Whom a request is for. Errors: `unauthenticated`, `forbidden`. */
  readonly identify: (caller: Caller, scope: Route['scope']) => string;
  /** Whether answers are to end their connections. */
  readonly isStopping: () => boolean;
  readonly onAnswer: (answered: Answered) => void;
}

/** For logs and figures: nothing of what the request held. */
export interface Answered {
  readonly requestId: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly error: unknown;
}

/** Slow headers and slow bodies are cut: a socket that sends nothing holds nothing. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_MS = 600_000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** An HTTP server with these routes; any content type is read as it comes, `Content-Encoding: gzip` unfolded within the route's limit. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const server = Fastify({
    logger: false,
    trustProxy: false,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,

    keepAliveTimeout: 75_000,
    genReqId: ({ headers }) => idOf(headers['x-request-id']),
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
  });
  server.addHook('onSend', async (_request, reply) => {
    if (options.isStopping()) reply.header('connection', 'close');
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const route of options.routes) {
    server.route({
      method: route.method,
      url: route.path,
      bodyLimit: limitOf(route),
      handler: (request, reply) => handle(route, options, request, reply),
      errorHandler: (error, request, reply) => void send(reply, errorAnswer(asOurs(error, route), route.form, request.id), request.id),
    });
  }
  server.setNotFoundHandler((request, reply) => {
    const error = new TorchliftError('not-found', { what: `no ${request.method} ${request.url.split('?')[0]?.slice(0, 200)} here` });
    return send(reply, errorAnswer(error, formOf(request.url), request.id), request.id);
  });
  server.setErrorHandler((error, request, reply) => send(reply, errorAnswer(asOurs(error, undefined), formOf(request.url), request.id), request.id));
  return server;
}

async function handle(route: Route, options: HttpOptions, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const started = performance.now();
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  let answer: Answer;
  const hangUp = () => controller.abort(new TorchliftError('cancelled', { what: 'the caller hung up' }));
  reply.raw.once('close', hangUp);
  try {
    const { authorization, 'x-api-key': apiKey } = request.headers;
    const client = options.identify({ authorization, apiKey: typeof apiKey === 'string' ? apiKey : undefined, address: request.ip }, route.scope);
    const timeoutMs = timeoutOf(request.headers['x-request-timeout-ms']) ?? options.timeoutMs;
    timer = setTimeout(() => controller.abort(new TorchliftError('deadline-exceeded', { what: `no answer within ${timeoutMs} ms` })), timeoutMs);
    const body = await unfolded(request, limitOf(route));
    answer = await route.answer({
      client,
      deadline: started + timeoutMs,
      signal: controller.signal,
      requestId: request.id,
      params: request.params as Record<string, string>,
      query: request.query as Record<string, unknown>,
      headers: request.headers,
      body,
    });
  } catch (error) {
    failure = error;
    answer = errorAnswer(error, route.form, request.id);
  } finally {
    clearTimeout(timer);
    reply.raw.removeListener('close', hangUp);
  }
  const { status } = answer;
  options.onAnswer({
    requestId: request.id,
    route: `${route.method} ${route.path}`,
    status,
    milliseconds: performance.now() - started,
    error: failure,
  });
  return send(reply, answer, request.id);
}

function send(reply: FastifyReply, { status, body, headers = {} }: Answer, requestId: string): FastifyReply {
  reply.code(status).header('x-request-id', requestId).headers(headers);
  if (typeof body === 'string' || body instanceof Uint8Array) return reply.send(body);
  if (!('content-type' in headers)) reply.header('content-type', 'application/json');
  return reply.send(JSON.stringify(body));
}

const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

async function unfolded({ body, headers }: FastifyRequest, limit: number): Promise<Buffer> {
  const bytes = (body as Buffer | undefined) ?? Buffer.alloc(0);
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === 'identity' || encoding === '') return bytes;
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new TorchliftError('malformed-message', { what: `Content-Encoding ${encoding.slice(0, 40)} isn't understood, only gzip` });
  try {
    return await unzip(bytes, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit, ' unfolded');
    throw new TorchliftError('malformed-message', { what: `the body isn't gzip: ${(cause as Error).message}`, cause });
  }
}

/** What fastify and Node find wrong with a request before a route sees it. */
function asOurs(error: unknown, route: Route | undefined): unknown {
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(route === undefined ? NO_BODY_BYTES : limitOf(route), '');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new TorchliftError('malformed-message', { what: message });
  return error;
}

/** Of a route that takes none: a client that sends something all the same is answered. */
const NO_BODY_BYTES = 4096;

function limitOf({ bodyLimit = NO_BODY_BYTES }: Route): number {
  return bodyLimit;
}

function tooLarge(limit: number, how: string): TorchliftError {
  return new TorchliftError('limit-exceeded', { what: `the body is larger than ${limit} bytes${how}` });
}

function formOf(url: string): ErrorForm {
  if (url.startsWith('/v1/models')) return 'tf-serving';
  return url.startsWith('/v2') ? 'open-inference' : 'problem';
}

function timeoutOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = Number(header);
  if (!(milliseconds > 0)) throw new TorchliftError('malformed-message', { what: `X-Request-Timeout-Ms is ${String(header).slice(0, 40)}` });
  return Math.min(milliseconds, MAX_TIMEOUT_MS);
}

function idOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
