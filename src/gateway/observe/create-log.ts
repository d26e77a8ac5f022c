import { type DestinationStream, pino } from 'pino';
import { TorchliftError } from '../../core/errors.ts';
import type { Answered } from '../http/create-http-server.ts';

/** One JSON line for each answer: what was asked for and what came of it, nothing of what the request held. */
export function createLog(stream: DestinationStream): (answered: Answered) => void {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return ({ requestId, route, status, milliseconds, error }) => {
    const fields = { requestId, route, status, milliseconds: Number(milliseconds.toFixed(2)) };
    if (error === undefined) log.info(fields);
    else if (error instanceof TorchliftError) log[status >= 500 ? 'error' : 'info']({ ...fields, code: error.code, what: error.what });
    else log.error({ ...fields, code: 'internal', what: String(error), stack: (error as Error).stack });
  };
}
