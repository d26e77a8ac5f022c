import { TorchliftError } from '../../core/errors.ts';
import type { Models } from '../models.ts';
import { type ServedModel, scoresOf } from '../served-model.ts';
import { type Problem, problemAnswer } from './error-answer.ts';
import { imagesOf } from './moderate-body.ts';
import { content } from './openapi/openapi-document.ts';
import type { Answer, Exchange, Route } from './route.ts';

/** What a caller of `/v1/moderate` is told of one image. */
export interface Moderation {
  /** null without a policy. */
  readonly decision: 'allow' | 'review' | 'block' | null;
  readonly label: string;
  /** Of all heads, in the model's order. */
  readonly scores: readonly number[];
  /** The classes that the scores speak for. */
  readonly labels: readonly string[];
  readonly model: string;
  readonly policy: string | null;
  /** Which of the models answered. */
  readonly variant: 'candidate' | 'reference';
  /** How many the file has, and how many were looked at. */
  readonly frames: number;
  readonly inspected: number;
  readonly flags: readonly string[];
  readonly request_id: string;
}

const BINARY = { type: 'string', contentMediaType: 'application/octet-stream' } as const;

/** Our own contract: an image in, a decision out. */
export function moderateRoutes(models: Models, bodyLimit: number): readonly Route[] {
  return [
    {
      ...{ method: 'POST', path: '/v1/moderate', scope: 'infer', form: 'problem', bodyLimit },
      doc: {
        summary: 'Decide an image',
        query: [
          { name: 'verdict', in: 'query', required: false, schema: { enum: ['status'] }, description: 'By status alone: 200 for allow, 406 else.' },
        ],
        request: {
          'image/*': { schema: BINARY },
          'application/octet-stream': { schema: BINARY },
          'multipart/form-data': { schema: { type: 'object', additionalProperties: BINARY } },
          ...content('ModerationRequest'),
        },
        answer: content('ModerationAnswer'),
        others: { 406: 'With verdict=status: block or review.' },
      },
      answer: async (exchange) => {
        const model = models.main;
        const { images, several } = await imagesOf(exchange);
        const byStatus = exchange.query.verdict === 'status';
        if (byStatus && model.policy === null)
          throw new TorchliftError('usage', { what: 'there is no policy, so that there is no verdict; serve with one' });
        if (byStatus && several) throw new TorchliftError('usage', { what: 'verdict=status speaks of one image, this request has several' });
        const results = await Promise.all(images.map((image) => result(image, model, exchange)));
        if (several) return { status: 200, body: { results: results.map(({ body }) => body) } };
        const [only] = results as [Result];
        return byStatus ? { ...only, status: statusOf(only) } : only;
      },
    },
    {
      ...{ method: 'GET', path: '/v1/policy', scope: 'infer', form: 'problem' },
      doc: { summary: 'The rules by which images are decided', answer: content('Policy') },
      answer: (): Answer => {
        const { policy, policyHash, heads } = models.main;
        return { status: 200, body: { policy: policyHash, rules: policy?.rules ?? null, labels: heads.flatMap(({ classes }) => classes) } };
      },
    },
  ];
}

interface Result extends Answer {
  readonly body: Moderation | Problem;
}

/** Of several images each has an answer or a problem of its own. */
async function result(image: Uint8Array, model: ServedModel, exchange: Exchange): Promise<Result> {
  try {
    return { status: 200, body: await moderate(image, model, exchange) };
  } catch (error) {
    return problemAnswer(error, exchange.requestId, model.policy);
  }
}

/** For callers that read nothing else: an image that nothing decided keeps the status of its problem. */
function statusOf({ status, body: { decision } }: Result): number {
  if (decision === 'allow') return 200;
  return decision === 'undecided' ? status : 406;
}

async function moderate(image: Uint8Array, model: ServedModel, exchange: Exchange): Promise<Moderation> {
  const { outputs, variant, frames, flags } = await model.answerImage(image, exchange);
  const scores = outputs.map(scoresOf);
  const decision = model.decide(scores);
  if (decision.kind === 'undecided') throw new TorchliftError('not-finite', { what: decision.reason });
  return {
    decision: decision.action,
    label: decision.label,
    scores: model.heads.flatMap(({ output }) => [...(scores[output] ?? [])]),
    // A single unit speaks for the second of its two classes.
    labels: model.heads.flatMap(({ units, classes }) => (units === 1 ? classes.slice(1) : classes)),
    model: model.modelHash,
    policy: model.policyHash,
    variant,
    frames,
    inspected: 1,
    flags,
    request_id: exchange.requestId,
  };
}
