import { TorchliftError } from '../core/errors.ts';

/** A request or an answer that isn't of its dialect; `what` is fit to be sent to whoever wrote it. */
export function malformedMessage(what: string, cause?: unknown): TorchliftError {
  return new TorchliftError('malformed-message', { what, cause });
}
