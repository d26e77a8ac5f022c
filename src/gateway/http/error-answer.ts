import { type ErrorCode, TorchliftError } from '../../core/errors.ts';
import { encodeErrorMessage } from '../../dialects/error-message.ts';
import type { Action, FailureReason, Policy } from '../../policy/policy.ts';
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
  if (form === 'problem') return problemAnswer(error, requestId, null);
  const { status, what, headers } = told(error);
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: encodeErrorMessage(what) };
}

/** RFC 9457, with what is done with an image that couldn't be looked at. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly decision: Action | 'undecided';
  readonly reason: string;
}

/** `policy`: what may name a decision for the reason; undecided where it names none. */
export function problemAnswer(error: unknown, requestId: string, policy: Policy | null): Answer & { readonly body: Problem } {
  const { status, what, code, headers } = told(error);
  const decision = policy?.on_failure?.[code as FailureReason] ?? 'undecided';
  const body: Problem = {
    ...{ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail: what },
    ...{ code, request_id: requestId, decision, reason: code },
  };
  return { status, headers: { ...headers, 'content-type': 'application/problem+json' }, body };
}

/** What a caller is told of an error. */
function told(error: unknown): { readonly status: number; readonly what: string; readonly code: string; readonly headers: Record<string, string> } {
  const status = error instanceof TorchliftError ? STATUS[error.code] : undefined;
  if (status === undefined || !(error instanceof TorchliftError))
    return { status: 500, code: 'internal', what: 'an error of the server; its log has more', headers: {} };
  const { code, what, where } = error;
  const headers: Record<string, string> =
    status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return { status, code, what: where === undefined ? what : `${where}: ${what}`, headers };
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
