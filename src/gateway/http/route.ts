import type { RequestContext } from '../request-context.ts';
import type { Schema } from './openapi/schemas.ts';

/** What a caller must be allowed to: nothing at all, ask models, read figures, run the gateway. */
export type Scope = 'open' | 'infer' | 'metrics' | 'admin';

/** The form that answers and errors of a route have. */
export type ErrorForm = 'tf-serving' | 'open-inference' | 'problem';

export interface Exchange extends RequestContext {
  readonly requestId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Unfolded where it came compressed; empty where there was none. */
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  /** An object is sent as JSON. */
  readonly body: string | Uint8Array | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is said of a route to people and to generators of clients. */
export interface RouteDoc {
  readonly summary: string;
  readonly query?: readonly Schema[];
  /** By media type. */
  readonly request?: Schema;
  readonly answer: Schema;
  /** What other statuses say that are no errors. */
  readonly others?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As fastify takes it. */
  readonly path: string;
  readonly scope: Scope;
  readonly form: ErrorForm;
  /** Bytes of the body, as it comes and unfolded; few where omitted. */
  readonly bodyLimit?: number;
  readonly doc: RouteDoc;
  readonly answer: (exchange: Exchange) => Promise<Answer> | Answer;
}
