import { type ErrorCode, TorchliftError } from '../../core/errors.ts';
import { encodeErrorMessage } from '../../dialects/error-message.ts';
import type { Answer, ErrorForm } from './route.ts';

/** What a request's error is in HTTP (RFC 9110); whatever isn't here is ours: 500. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  'malformed-message': 400,
  'refused-input': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'limit-exceeded': 413,
  'image-too-large': 413,
  'unsupported-image': 415,
  'poison-input': 422,
  cancelled: 499,
  'not-finite': 500,
  'worker-failed': 503,
  overloaded: 503,
  'deadline-exceeded': 504,
};

const RETRY_AFTER_SECONDS = '1';

/** An error in the form of its route. Ours are told without their inside, which is logged by the request's id. */
export function errorAnswer(error: unknown, form: ErrorForm, requestId: string): Answer {
  const known = error instanceof TorchliftError ? STATUS[error.code] : undefined;
  const status = known ?? 500;
  const { code, what } = known === undefined ? { code: 'internal', what: 'an error of the server; its log has more' } : (error as TorchliftError);
  const headers = status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  const where = known !== undefined && error instanceof TorchliftError && error.where !== undefined ? `${error.where}: ` : '';
  if (form !== 'problem') return { status, headers: { ...headers, 'content-type': 'application/json' }, body: encodeErrorMessage(`${where}${what}`) };
  const problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: `${where}${what}`,
    code,
    request_id: requestId,
    decision: 'undecided',
    reason: code,
  };
  return { status, headers: { ...headers, 'content-type': 'application/problem+json' }, body: JSON.stringify(problem) };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
