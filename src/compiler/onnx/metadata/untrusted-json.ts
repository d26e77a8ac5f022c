import { TorchliftError } from '../../../core/errors.ts';

/** Deeper JSON is nobody's metadata, and would overflow the stack of whoever walks it. */
const MAX_DEPTH = 64;

/** A JSON value that somebody may have edited, with its place for messages. Every read checks. */
export class UntrustedJson {
  readonly #value: unknown;
  readonly #place: string;

  private constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  /** Throws `malformed-file` naming `place` (a file and a key). */
  static parse(text: string, place: string): UntrustedJson {
    let depth = 0;
    let inString = false;
    for (let index = 0; index < text.length; index += 1) {
      const character = text[index];
      if (inString) {
        if (character === '\\') index += 1;
        else if (character === '"') inString = false;
      } else if (character === '"') inString = true;
      else if (character === '[' || character === '{') depth += 1;
      else if (character === ']' || character === '}') depth -= 1;
      if (depth > MAX_DEPTH) throw new UntrustedJson(undefined, place).malformed(`JSON nested deeper than ${MAX_DEPTH}`);
    }
    try {
      return new UntrustedJson(JSON.parse(text), place);
    } catch {
      throw new UntrustedJson(undefined, place).malformed('no JSON');
    }
  }

  malformed(what: string): TorchliftError {
    return new TorchliftError('malformed-file', {
      what,
      where: this.#place,
      remedy: 'The file was changed after Torchlift wrote it. Convert the original model again.',
    });
  }

  /** The members of an object: all of `required`, any of `optional`, nothing else. */
  object<Required extends string, Optional extends string = never>(
    required: readonly Required[],
    optional: readonly Optional[] = [],
  ): Record<Required, UntrustedJson> & Partial<Record<Optional, UntrustedJson>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.malformed('expected an object');
    const known: readonly string[] = [...required, ...optional];
    const members: Record<string, UntrustedJson> = {};
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) throw this.malformed(`unknown key ${JSON.stringify(key.slice(0, 80))}`);
      members[key] = new UntrustedJson((value as Record<string, unknown>)[key], `${this.#place}.${key}`);
    }
    for (const key of required) if (members[key] === undefined) throw this.malformed(`${key} is missing`);
    return members as Record<Required, UntrustedJson> & Partial<Record<Optional, UntrustedJson>>;
  }

  /** Keys as they come. */
  entries(): readonly (readonly [string, UntrustedJson])[] {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.malformed('expected an object');
    return Object.entries(value).map(([key, member]) => [key, new UntrustedJson(member, `${this.#place}.${key.slice(0, 80)}`)]);
  }

  list<T>(read: (item: UntrustedJson) => T): readonly T[] {
    if (!Array.isArray(this.#value)) throw this.malformed('expected a list');
    return this.#value.map((item, index) => read(new UntrustedJson(item, `${this.#place}[${index}]`)));
  }

  isList(): boolean {
    return Array.isArray(this.#value);
  }

  isNull(): boolean {
    return this.#value === null;
  }

  string(): string {
    if (typeof this.#value !== 'string') throw this.malformed('expected a string');
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw this.malformed('expected true or false');
    return this.#value;
  }

  number(): number {
    if (typeof this.#value !== 'number') throw this.malformed('expected a number');
    return this.#value;
  }

  /** From 0 to below `limit`. */
  index(limit = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= limit)
      throw this.malformed(`expected an integer from 0 to ${limit - 1}`);
    return value;
  }

  oneOf<const Option extends string>(options: readonly Option[]): Option {
    const found = options.find((option) => option === this.#value);
    if (found === undefined) throw this.malformed(`expected one of ${options.join(', ')}`);
    return found;
  }

  /** Any JSON; its depth was checked. */
  raw(): unknown {
    return this.#value;
  }
}
