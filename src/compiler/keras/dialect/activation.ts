import { canonicalClassName, isKerasModule } from './class-names.ts';
import { isObject, type JsonObject } from './plain-json.ts';

/**
 * One form of an activation: a plain name, or `{ class_name, config }` of the layer that it is. Takes null (linear), a name, a dotted name
 * (`tf.nn.relu`), a layer object, or a serialised function. What a name computes, and whether anybody knows it, is the layer's to say.
 */
export function normalizeActivation(value: unknown, normalizeConfig: (className: string, config: JsonObject) => JsonObject): unknown {
  if (value === null || value === undefined) return 'linear';
  if (typeof value === 'string') return lastOfDotted(value);
  if (!isObject(value) || typeof value.class_name !== 'string') return value;
  if (value.class_name === 'function' && typeof value.config === 'string') {
    // {"class_name": "function", "config": "relu"}; a function registered under a package keeps that name, so it is never taken for Keras'.
    return typeof value.registered_name === 'string' && value.registered_name.includes('>') ? value.registered_name : lastOfDotted(value.config);
  }
  const className = canonicalClassName(value.class_name, value.registered_name, value.module);
  const config = isObject(value.config) ? value.config : {};
  if (className === 'Activation') return normalizeActivation(config.activation, normalizeConfig);
  return { class_name: className, config: normalizeConfig(className, config) };
}

function lastOfDotted(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && isKerasModule(name.slice(0, dot)) ? name.slice(dot + 1) : name;
}
