import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { KEY_SCOPES, type KeyScope } from './key-scopes.ts';

/** What is kept of a key; the secret itself is shown once, and nowhere kept. */
export const KEY_RECORD = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string().min(1).max(64),
  scopes: z.array(z.enum(KEY_SCOPES)).min(1),
  /** Of the secret, hex. It is 256 random bits: a slow hash would protect nothing more. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created: z.iso.datetime(),
  /** From then on it is refused. */
  expires: z.iso.datetime().nullable(),
});
export type KeyRecord = z.infer<typeof KEY_RECORD>;

/** `tl_<id>_<secret>`: scanners for leaked secrets find it, and whoever has it can say which one it is without showing it. */
const TOKEN = /^tl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly expires: Date | null;
}

/** A new key: what is handed out, and what is kept. */
export function makeKey({ name, scopes, expires }: NewKey, now = new Date()): { readonly token: string; readonly record: KeyRecord } {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const record: KeyRecord = {
    ...{ id, name, scopes: [...scopes], sha256: sha256(secret).toString('hex') },
    ...{ created: now.toISOString(), expires: expires === null ? null : expires.toISOString() },
  };
  return { token: `tl_${id}_${secret}`, record };
}

/** The record that a token belongs to; undefined where it belongs to none, or to one that has expired. Compares in constant time. */
export function recordOf(token: string, records: readonly KeyRecord[], now = Date.now()): KeyRecord | undefined {
  const [, id, secret = ''] = TOKEN.exec(token) ?? [];
  const record = records.find((each) => each.id === id);
  if (record === undefined || !timingSafeEqual(sha256(secret), Buffer.from(record.sha256, 'hex'))) return undefined;
  return record.expires !== null && Date.parse(record.expires) <= now ? undefined : record;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
