import type { ConfigSource } from './config-source.ts';
import type { CallArgument, InboundNode, TensorReference } from './model-config.ts';
import { isObject } from './plain-json.ts';

const CONSTANT = '_CONSTANT_VALUE';

/**
 * `inbound_nodes` of one layer: one entry a call. An entry is a structure (list, dict, or one bare leaf for layers that keep their input's
 * structure) of leaves `[layer, node, tensor]` or `[layer, node, tensor, kwargs]`; a constant stands as `["_CONSTANT_VALUE", -1, value]`.
 * The kwargs are those of the call, repeated at every leaf: the last leaf's count, as in Keras.
 */
export function readInboundNodes(value: unknown, source: ConfigSource, path: readonly string[], known: ReadonlySet<string>): InboundNode[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw source.malformed('inbound_nodes is not a list', path);
  return value.map((node) => {
    if (isObject(node) && Object.hasOwn(node, 'args')) {
      throw source.unsupported('its calls are written in the form of Keras 3', path, 'Save the model with tf-keras (TF_USE_LEGACY_KERAS=1) as .h5.');
    }
    const kwargs: { last: Readonly<Record<string, unknown>> } = { last: {} };
    const first = simplify(readFirst(node, source, path, known, kwargs));
    const others = Object.entries(kwargs.last).map(([name, argument]) => [name, readKeyword(argument, source, path, known)] as const);
    return { first, others };
  });
}

/** A list of one tensor is that tensor: Keras wraps every single input for layers that don't keep the structure. */
function simplify(first: CallArgument): CallArgument {
  return first.kind === 'list' && first.items.length === 1 && first.items[0] !== undefined ? first.items[0] : first;
}

function readFirst(
  value: unknown,
  source: ConfigSource,
  path: readonly string[],
  known: ReadonlySet<string>,
  kwargs: { last: Readonly<Record<string, unknown>> },
): CallArgument {
  if (isLeaf(value)) {
    const [layer, node, tensor, own] = value;
    if (own !== undefined && own !== null && !isObject(own))
      throw source.malformed(`the arguments of a call are ${short(own)}, expected an object`, path);
    kwargs.last = isObject(own) ? own : {};
    if (layer === CONSTANT) return { kind: 'constant', value: tensor };
    return { kind: 'tensor', reference: readReference([layer, node, tensor], source, path, known) };
  }
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => readFirst(item, source, path, known, kwargs)) };
  if (isObject(value)) {
    return { kind: 'dict', entries: sorted(value).map(([key, item]) => [key, readFirst(item, source, path, known, kwargs)] as const) };
  }
  throw source.malformed(`a call's input is ${short(value)}, expected [layer, node, tensor]`, path);
}

function readKeyword(value: unknown, source: ConfigSource, path: readonly string[], known: ReadonlySet<string>): CallArgument {
  if (isLeaf(value)) {
    if (value[0] === CONSTANT) return { kind: 'constant', value: value[2] };
    // A list of strings and numbers is a reference only if it names a layer: `["a", 0, 0]`.
    if (known.has(value[0]) && isIndex(value[1]) && isIndex(value[2])) {
      return { kind: 'tensor', reference: readReference(value, source, path, known) };
    }
    return { kind: 'constant', value };
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => readKeyword(item, source, path, known));
    return items.every((item) => item.kind === 'constant') ? { kind: 'constant', value } : { kind: 'list', items };
  }
  if (isObject(value)) {
    const entries = sorted(value).map(([key, item]) => [key, readKeyword(item, source, path, known)] as const);
    return entries.every(([, item]) => item.kind === 'constant') ? { kind: 'constant', value } : { kind: 'dict', entries };
  }
  return { kind: 'constant', value };
}

/**
 * `input_layers` or `output_layers`: a list of `[layer, node, tensor]`, one such triple alone, or a dict of them; flattened as Keras does.
 */
export function readPorts(
  value: unknown,
  key: string,
  source: ConfigSource,
  path: readonly string[],
  known: ReadonlySet<string>,
): { references: TensorReference[]; keys: string[] | undefined } {
  const references: TensorReference[] = [];
  const visit = (item: unknown): void => {
    if (isLeaf(item)) references.push(readReference(item, source, path, known));
    else if (Array.isArray(item)) item.forEach(visit);
    else if (isObject(item)) for (const [, entry] of sorted(item)) visit(entry);
    else throw source.malformed(`${key} holds ${short(item)}, expected [layer, node, tensor]`, path);
  };
  if (value === undefined || value === null) throw source.malformed(`${key} is missing`, path);
  visit(value);
  return { references, keys: isObject(value) ? sorted(value).map(([name]) => name) : undefined };
}

function readReference(leaf: readonly unknown[], source: ConfigSource, path: readonly string[], known: ReadonlySet<string>): TensorReference {
  const [layer, node, tensor] = leaf;
  if (typeof layer !== 'string' || !isIndex(node) || !isIndex(tensor)) {
    throw source.malformed(`a tensor is given as ${short(leaf)}, expected [layer, node, tensor]`, path);
  }
  if (!known.has(layer)) {
    // tf.keras 2.5 and later write such files themselves, and can't load them either: a layer shared by an inner and its outer model is
    // written once, with the calls of only one of them.
    const remedy = 'If Keras wrote it so (a layer is called both inside and outside of a nested model), give the inner model layers of its own.';
    throw source.malformed(`a call takes the output of ${JSON.stringify(layer)}, which is no layer of its model`, path, remedy);
  }
  return { layer, node, tensor };
}

function isLeaf(value: unknown): value is [string, unknown, unknown, unknown?] {
  return Array.isArray(value) && (value.length === 3 || value.length === 4) && typeof value[0] === 'string';
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function sorted(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function short(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}
