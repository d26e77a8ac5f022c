import { TorchliftError } from '../../core/errors.ts';
import { encodeMetadata, encodeModelStatus } from '../../dialects/tf-serving/metadata.ts';
import { decodePredictRequest } from '../../dialects/tf-serving/predict-request.ts';
import { encodePredictResponse } from '../../dialects/tf-serving/predict-response.ts';
import type { Models } from '../models.ts';
import { content } from './openapi/openapi-document.ts';
import type { Exchange, Route } from './route.ts';

const NAME = ':name([^:/]+)';
/** How a request says which version it means (TensorFlow Serving, RESTful API). */
const PLACES = [`/v1/models/${NAME}`, `/v1/models/${NAME}/versions/:version(\\d+)`, `/v1/models/${NAME}/labels/:label([^:/]+)`];

/** TensorFlow Serving's REST: predict, status, metadata. */
export function tfServingRoutes(models: Models, bodyLimit: number): readonly Route[] {
  const found = ({ params: { name, version, label } }: Exchange) => models.find({ name, version, label });
  const json = { 'content-type': 'application/json' };
  return PLACES.flatMap((place): Route[] => [
    {
      ...{ method: 'POST', path: `${place}::predict`, scope: 'infer', form: 'tf-serving', bodyLimit },
      doc: { summary: 'Scores of rows or columns', request: content('PredictRequest'), answer: content('PredictAnswer') },
      answer: async (exchange) => {
        const model = found(exchange);
        const text = exchange.body.toString();
        const { signatureName, format, inputs } = decodePredictRequest(text, model.signatureFor(text.includes('"b64"')));
        if (signatureName !== undefined && signatureName !== '' && signatureName !== SIGNATURE)
          throw new TorchliftError('malformed-message', { what: `Serving signature name: "${signatureName}" not found in signature def` });
        return { status: 200, headers: json, body: encodePredictResponse(await model.answer(inputs, exchange), format) };
      },
    },
    {
      ...{ method: 'GET', path: place, scope: 'infer', form: 'tf-serving' },
      doc: { summary: 'Which versions are served', answer: content('ModelStatus') },
      answer: (exchange) => {
        const { version } = found(exchange);
        return { status: 200, headers: json, body: encodeModelStatus([{ version, state: 'AVAILABLE' }]) };
      },
    },
    {
      ...{ method: 'GET', path: `${place}/metadata`, scope: 'infer', form: 'tf-serving' },
      doc: { summary: 'What the model takes and gives', answer: content('ServingMetadata') },
      answer: (exchange) => {
        const { name, version, signature } = found(exchange);
        return { status: 200, headers: json, body: encodeMetadata({ name, version, signatureName: SIGNATURE, signature }) };
      },
    },
  ]);
}

const SIGNATURE = 'serving_default';
