import { version as ownVersion } from '../../../core/version.ts';
import type { Models } from '../../models.ts';
import type { ErrorForm, Route } from '../route.ts';
import { SCHEMAS, type Schema, type SchemaName } from './schemas.ts';

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly [string];
  readonly security: readonly Schema[];
  readonly parameters: readonly Schema[];
  readonly requestBody?: Schema;
  readonly responses: Readonly<Record<string, Schema>>;
}

const TAGS: Readonly<Record<ErrorForm, string>> = {
  problem: 'Moderation',
  'tf-serving': 'TensorFlow Serving',
  'open-inference': 'Open Inference Protocol',
};

/** What each status says that a route can answer with beside 200. */
const FAILURES: Readonly<Record<string, string>> = {
  400: 'The request or the image is not what it should be.',
  401: 'No valid API key.',
  403: 'The key has not the scope.',
  404: 'No such model or version.',
  413: 'Larger than the limits allow.',
  415: 'No image of a format that is taken.',
  422: 'An input that ended two workers.',
  500: 'An error of the server, or a score that is no number.',
  503: 'Nothing can answer in time: refused at once, try again.',
  504: 'No answer within the request’s time.',
};

/** The routes as OpenAPI 3.1, and what is served now as what they can be asked for. */
export function openApiDocument(routes: readonly Route[], models: Models): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operationOf(route, path, models);
  }
  const keys = { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } };
  return {
    openapi: '3.1.0',
    info: { title: 'Torchlift gateway', version: ownVersion(), description: 'A moderation model behind the contracts that its clients use already.' },
    paths,
    components: { schemas: SCHEMAS, securitySchemes: keys },
  };
}

/** `/v1/models/:name([^:/]+)::predict` → `/v1/models/{name}:predict` */
function templateOf(path: string): string {
  return path.replace(/(?<!:):(\w+)(?:\((?:[^()\\]|\\.)*\))?/g, '{$1}').replace(/::/g, ':');
}

function operationOf({ method, scope, form, doc }: Route, path: string, models: Models): Operation {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const known: Readonly<Record<string, readonly unknown[]>> = {
    name: models.names,
    version: models.all.map(({ version }) => version),
    label: models.labels,
  };
  const schemaOf = (name: string) => (known[name]?.length ? { enum: known[name] } : { type: 'string' });
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: schemaOf(name) }));
  const timeout = { name: 'X-Request-Timeout-Ms', in: 'header', required: false, schema: { type: 'integer', minimum: 1 } };
  const error = form === 'problem' ? content('Problem', 'application/problem+json') : content('ErrorMessage');
  const statuses = Object.keys(FAILURES).filter((status) => scope !== 'open' || status === '503' || status === '500' || status === '400');
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+/g, '_').replace(/_$/, '')}`,
    summary: doc.summary,
    tags: [TAGS[form]],
    security: scope === 'open' ? [] : [{}, { bearer: [] }, { apiKey: [] }],
    parameters: [...inPath, ...(doc.query ?? []), ...(method === 'POST' ? [timeout] : [])],
    ...(doc.request !== undefined && { requestBody: { required: true, content: doc.request } }),
    responses: {
      200: { description: doc.summary, content: doc.answer },
      ...Object.fromEntries(Object.entries(doc.others ?? {}).map(([status, description]) => [status, { description }])),
      ...Object.fromEntries(statuses.map((status) => [status, { description: FAILURES[status] as string, content: error }])),
    },
  };
}

/** An object's form in one media type. */
export function content(schema: SchemaName, mediaType = 'application/json'): Schema {
  return { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } } };
}
