/** What a key can allow: to ask models, to read figures, to run the gateway. */
export const KEY_SCOPES = ['infer', 'metrics', 'admin'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];
