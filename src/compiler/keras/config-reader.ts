import { TorchliftError } from '../../core/errors.ts';

/** Typed reads of one layer's untrusted config; every complaint names file, layer and key. */
export class ConfigReader {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly className: string;

  /** `place`: `moderation_model.h5: layer base/conv1`. */
  constructor(config: Readonly<Record<string, unknown>>, className: string, place: string) {
    this.#config = config;
    this.className = className;
    this.#place = place;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#config, key) && this.#config[key] !== null && this.#config[key] !== undefined;
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.#config, key) ? this.#config[key] : undefined;
  }

  /** An explicit null is false, as Python's None is; a missing key takes the fallback. */
  boolean(key: string, fallback?: boolean): boolean {
    if (Object.hasOwn(this.#config, key) && this.#config[key] === null) return false;
    return this.#read(key, fallback, 'a boolean', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  number(key: string, fallback?: number): number {
    return this.#read(key, fallback, 'a number', (value) => (typeof value === 'number' ? value : undefined));
  }

  integer(key: string, fallback?: number): number {
    return this.#read(key, fallback, 'an integer', (value) => (Number.isInteger(value) ? (value as number) : undefined));
  }

  string(key: string, fallback?: string): string {
    return this.#read(key, fallback, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  /** One of `options`; anything else is unsupported, not malformed. */
  oneOf<const Option extends string>(key: string, options: readonly Option[], fallback?: NoInfer<Option>): Option {
    const value = this.string(key, fallback);
    const found = options.find((option) => option === value);
    if (found === undefined) throw this.unsupported(`${key} ${JSON.stringify(value)} (known: ${options.join(', ')})`);
    return found;
  }

  /** `count` integers; a single integer stands for all of them, as in Keras' `kernel_size=3`. */
  integers(key: string, count: number, fallback?: readonly number[]): readonly number[] {
    return this.#read(key, fallback, `${count} integers`, (value) => {
      if (Number.isInteger(value)) return Array<number>(count).fill(value as number);
      return Array.isArray(value) && value.length === count && value.every(Number.isInteger) ? (value as number[]) : undefined;
    });
  }

  /** A reader of a config inside this one: an activation given as a layer. */
  nested(config: Readonly<Record<string, unknown>>, className: string): ConfigReader {
    return new ConfigReader(config, className, this.#place);
  }

  unsupported(what: string): TorchliftError {
    return new TorchliftError('unsupported', { what: `${this.className}: ${what} is not supported`, where: this.#place });
  }

  malformed(what: string): TorchliftError {
    return new TorchliftError('malformed-config', {
      what: `${this.className}: ${what}`,
      where: this.#place,
      remedy: 'The file was edited or damaged; save the model again from Keras.',
    });
  }

  #read<T>(key: string, fallback: T | undefined, expected: string, convert: (value: unknown) => T | undefined): T {
    const value = this.raw(key);
    if (value === undefined || value === null) {
      if (fallback !== undefined) return fallback;
      throw this.malformed(`${key} is missing, expected ${expected}`);
    }
    const converted = convert(value);
    if (converted === undefined) throw this.malformed(`${key} is ${JSON.stringify(value)?.slice(0, 80)}, expected ${expected}`);
    return converted;
  }
}
