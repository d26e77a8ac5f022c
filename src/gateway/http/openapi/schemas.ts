/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = { readonly [key: string]: unknown };

const text = { type: 'string' } as const;
const int = { type: 'integer' } as const;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const list = (items: Schema) => ({ type: 'array', items }) as const;
const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const nullable = (schema: { readonly type: string } & Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });

const moderation = object({
  decision: { enum: ['allow', 'review', 'block', null], description: 'By the policy; null without one.' },
  label: { ...text, description: 'What the scores say, by head.' },
  scores: { ...list({ type: 'number' }), description: 'Of all heads, in the model’s order.' },
  labels: { ...list(text), description: 'The classes that the scores speak for.' },
  model: { ...text, description: 'Short hash of the file that answered.' },
  policy: { ...nullable(text), description: 'Short hash of the policy.' },
  variant: { enum: ['candidate', 'reference'], description: 'Which of the models answered.' },
  frames: { ...int, minimum: 1, description: 'Pictures in the file.' },
  inspected: { ...int, minimum: 1, description: 'Pictures that the model saw: the first.' },
  flags: list({ enum: ['alpha', 'animated', 'trailing_bytes', 'palette', 'decode_warning', 'preprocess_assumed'] }),
  request_id: text,
});

const problem = object({
  type: text,
  title: text,
  status: int,
  detail: text,
  code: text,
  request_id: text,
  decision: {
    enum: ['undecided', 'allow', 'review', 'block'],
    description: 'undecided, unless the policy’s on_failure names a decision for the reason.',
  },
  reason: { ...text, description: 'What could not be looked at is never allowed.' },
});

const inferTensor = object(
  { name: text, shape: list({ ...int, minimum: 0 }), datatype: text, data: { type: 'array' }, parameters: { type: 'object' } },
  ['data', 'parameters'],
);
const port = object({ name: text, datatype: text, shape: list(int) });

/** What requests and answers look like, by name. */
export const SCHEMAS = {
  Moderation: moderation,
  ModerationResults: object({ results: list({ anyOf: [ref('Moderation'), ref('Problem')] }) }),
  ModerationAnswer: { anyOf: [ref('Moderation'), ref('ModerationResults')] },
  ModerationRequest: object({ image: { ...text, description: 'Base64, or a data: URL with base64.' } }),
  Problem: problem,
  Policy: object({ policy: nullable(text), rules: nullable({ type: 'object' }), labels: list(text) }),
  Health: object({ status: text }),
  ErrorMessage: object({ error: text }),
  PredictRequest: {
    ...object({ signature_name: text, instances: { type: 'array', minItems: 1 }, inputs: {} }, ['signature_name', 'instances', 'inputs']),
    oneOf: [{ required: ['instances'] }, { required: ['inputs'] }],
    description: 'Rows (instances) or columns (inputs); an image may be {"b64": …}.',
  },
  PredictAnswer: { ...object({ predictions: {}, outputs: {} }, ['predictions', 'outputs']), description: 'Rows answer rows, columns columns.' },
  ModelStatus: object({
    model_version_status: list(object({ version: text, state: text, status: object({ error_code: text, error_message: text }) })),
  }),
  ServingMetadata: object({ model_spec: { type: 'object' }, metadata: { type: 'object' } }),
  ServerMetadata: object({ name: text, version: text, extensions: list(text) }),
  ServerLive: object({ live: { type: 'boolean' } }),
  ServerReady: object({ ready: { type: 'boolean' } }),
  ModelReady: object({ name: text, ready: { type: 'boolean' } }),
  ModelMetadata: object({ name: text, versions: list(text), platform: text, inputs: list(port), outputs: list(port) }),
  InferRequest: object(
    { id: text, inputs: { ...list(inferTensor), minItems: 1 }, outputs: list(object({ name: text })), parameters: { type: 'object' } },
    ['id', 'outputs', 'parameters'],
  ),
  InferAnswer: object({ model_name: text, model_version: text, id: text, outputs: list(inferTensor) }, ['model_version', 'id']),
} as const satisfies Readonly<Record<string, Schema>>;

export type SchemaName = keyof typeof SCHEMAS;
