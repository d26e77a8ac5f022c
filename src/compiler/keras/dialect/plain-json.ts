import type { ConfigSource } from './config-source.ts';
import { CONFIG_LIMITS } from './limits.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Configs as plain JSON: Keras wrote numpy values as `{"type": "ndarray", "value": …}` (2.1 to 2.2) or `{"class_name": "__numpy__", …}`
 * (2.12 on), and tuples as `{"class_name": "__tuple__", "items": […]}`. Checks the depth as it goes.
 */
export function plainJson(value: unknown, source: ConfigSource, depth = 0): unknown {
  if (depth > CONFIG_LIMITS.depth) throw source.tooMuch(`the model's config is nested deeper than ${CONFIG_LIMITS.depth} levels`);
  if (Array.isArray(value)) return value.map((item) => plainJson(item, source, depth + 1));
  if (!isObject(value)) return value;
  const wrapped = unwrap(value);
  if (wrapped !== undefined) return plainJson(wrapped.value, source, depth + 1);
  // Object.fromEntries defines own properties, so a key `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item, source, depth + 1)]));
}

function unwrap(value: JsonObject): { value: unknown } | undefined {
  const get = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  if (get('type') === 'ndarray' && Object.hasOwn(value, 'value')) return { value: get('value') };
  const className = get('class_name');
  if ((className === '__tuple__' || className === 'TensorShape') && Array.isArray(get('items'))) return { value: get('items') };
  const config = get('config');
  if ((className === '__numpy__' || className === '__tensor__') && isObject(config) && Object.hasOwn(config, 'value')) return { value: config.value };
  return undefined;
}
