import { TorchliftError } from '../../core/errors.ts';
import type { Scope } from '../http/route.ts';
import { type KeyRecord, recordOf } from './api-key.ts';

/** What a request shows of whoever sent it. */
export interface Caller {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly address: string;
}

/**
 * Whom a request is for: its key, or its address where none is asked for. With no key made, everything is open (which `serve` allows on loopback
 * alone, or with --no-auth); with one, every route but the open ones needs a key that has its scope. Errors: `unauthenticated`, `forbidden`.
 */
export function authorize({ authorization, apiKey, address }: Caller, scope: Scope, keys: readonly KeyRecord[], noAuth: boolean): string {
  if (scope === 'open' || noAuth || keys.length === 0) return address;
  const token = apiKey ?? /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new TorchliftError('unauthenticated', { what: 'this needs an API key' });
  const record = recordOf(token, keys);
  if (record === undefined) throw new TorchliftError('unauthenticated', { what: 'the API key is none of ours, or has expired' });
  if (!record.scopes.includes(scope)) throw new TorchliftError('forbidden', { what: `the API key ${record.id} has no scope ${scope}` });
  return `key ${record.id}`;
}
