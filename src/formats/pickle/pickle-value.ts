/** What `encodePickle` can write: the values of which TorchScript archives are made. */
export type PickleValue =
  | null
  | boolean
  /** An integer within ±2^53. */
  | number
  | bigint
  | string
  | { readonly kind: 'tuple'; readonly items: readonly PickleValue[] }
  /** An importable name; it becomes code only in the reader's hands. */
  | { readonly kind: 'global'; readonly module: string; readonly name: string }
  /** `callable(*args)`. */
  | { readonly kind: 'reduce'; readonly callable: PickleValue; readonly args: readonly PickleValue[] }
  /** An object that the reader finds outside the pickle (a tensor's storage). */
  | { readonly kind: 'persistent'; readonly id: PickleValue }
  /** `class.__new__(class)`, then its attributes in order. */
  | { readonly kind: 'object'; readonly class: PickleValue; readonly attributes: readonly (readonly [name: string, value: PickleValue])[] };

export function tuple(...items: readonly PickleValue[]): PickleValue {
  return { kind: 'tuple', items };
}

export function global(module: string, name: string): PickleValue {
  return { kind: 'global', module, name };
}

export function reduce(callable: PickleValue, ...args: readonly PickleValue[]): PickleValue {
  return { kind: 'reduce', callable, args };
}
