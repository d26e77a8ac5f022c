import { isObject } from './plain-json.ts';

/**
 * The dtype of a layer's config: a name, null (the default, float32), or a policy object (`Policy`, `PolicyV1`, `DTypePolicy`).
 * Float policies other than float32 become float32, which is at least as precise, except float64, of which the caller warns.
 */
export function normalizeDtype(value: unknown): { dtype: unknown; was: string | undefined } {
  const name = policyName(value);
  if (name === undefined) return { dtype: value ?? 'float32', was: undefined };
  if (name === 'float32' || name === '_infer') return { dtype: 'float32', was: undefined };
  if (/^(mixed_)?b?float(16|64)$/.test(name)) return { dtype: 'float32', was: name };
  return { dtype: name, was: undefined };
}

function policyName(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (isObject(value) && isObject(value.config) && typeof value.config.name === 'string') return value.config.name;
  return undefined;
}
