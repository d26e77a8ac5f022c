import { pythonIdentifiers } from '../../graph/python-identifiers.ts';
import type { Variable } from '../program.ts';

/** A value that lives longer than this many statements is a skip connection: it is named after its layer, so that a reader finds it. */
const LONG_LIFE = 40;
/** A value read by this many statements or more has branches, which are numbered. */
const MANY_BRANCHES = 3;
const SHORT_NAMES = ['x', 'y', 'z'];

/** Where a variable is read, as positions in the forward; an output is read at its end, `Infinity`. */
export interface Lifetime {
  /** How often it is read, and by how many statements. */
  readonly reads: number;
  readonly readers: number;
  /** −1 where nothing reads it. */
  readonly last: number;
}

/**
 * Names of local variables: `x` for the running value, `y` and `z` for what runs beside it, `branch_1`… where a value has several
 * readers, the layer's name for a skip connection. A name is used again once its value is read for the last time.
 */
export class ForwardNames {
  readonly #lifetimes: ReadonlyMap<number, Lifetime>;
  readonly #names = new Map<number, string>();
  readonly #holders = new Map<string, number>();
  /** When a name last began anew: of two values that meet, the older name goes on. */
  readonly #births = new Map<string, number>();
  readonly #fixed: ReadonlySet<string>;
  readonly #branches = new Map<number, number>();

  readonly #wanted: ReadonlyMap<number, string>;

  /** `fixed`: names of parameters that are never assigned to. `wanted`: of outputs, given where they are free. */
  constructor(lifetimes: ReadonlyMap<number, Lifetime>, fixed: Iterable<string>, wanted: ReadonlyMap<number, string>) {
    this.#lifetimes = lifetimes;
    this.#wanted = wanted;
    this.#fixed = new Set([...fixed, 'self', 'inference']);
  }

  of(variable: Variable): string {
    return this.#names.get(variable.id) ?? 'x';
  }

  /** Gives a parameter its name. */
  bind(variable: Variable, name: string, position = -1): string {
    this.#names.set(variable.id, name);
    this.#holders.set(name, variable.id);
    if (!this.#births.has(name)) this.#births.set(name, position);
    return name;
  }

  /** `x`, `y`, `z`, then `x_4`…: the first that no living value has at `position`. */
  fresh(position: number): string {
    for (let index = 0; ; index++) {
      const name = SHORT_NAMES[index] ?? `x_${index + 1}`;
      if (this.#isFree(name, position)) {
        this.#births.set(name, position);
        return name;
      }
    }
  }

  /**
   * Names the result of an expression that ends at `position`.
   * @param leaves the named variables it reads, in order
   * @param isMerge whether several branches meet in it
   * @param layer for a skip connection
   */
  assign(result: Variable, leaves: readonly Variable[], position: number, isMerge: boolean, layer: string): string {
    return this.bind(result, this.#choose(result, leaves, position, isMerge, layer), position);
  }

  #choose(result: Variable, leaves: readonly Variable[], position: number, isMerge: boolean, layer: string): string {
    const life = this.#lifetimes.get(result.id);
    const last = life?.last ?? -1;
    if (last < 0) return '_';
    const wanted = this.#wanted.get(result.id);
    if (wanted !== undefined && this.#isFree(wanted, position)) return wanted;
    if ((life?.reads ?? 0) > 1 && Number.isFinite(last) && last - position > LONG_LIFE) return this.#named(layer, position);
    const [source] = leaves;
    if (source !== undefined && !isMerge && (this.#lifetimes.get(source.id)?.readers ?? 0) >= MANY_BRANCHES) return this.#branch(source, position);
    const dying = leaves.map((leaf) => this.of(leaf)).filter((name) => !this.#fixed.has(name) && this.#isFree(name, position));
    if ((isMerge || dying.length === 0) && this.#isFree('x', position)) return this.fresh(position);
    const [oldest] = dying.sort((a, b) => (this.#births.get(a) ?? 0) - (this.#births.get(b) ?? 0));
    return oldest ?? this.fresh(position);
  }

  #branch(source: Variable, position: number): string {
    let number = this.#branches.get(source.id) ?? 0;
    let name: string;
    do name = `branch_${++number}`;
    while (!this.#isFree(name, position));
    this.#branches.set(source.id, number);
    this.#births.set(name, position);
    return name;
  }

  #named(layer: string, position: number): string {
    const stem = pythonIdentifiers([layer], SHORT_NAMES).get(layer) ?? 'skip';
    let name = stem;
    for (let number = 2; !this.#isFree(name, position); number++) name = `${stem}_${number}`;
    this.#births.set(name, position);
    return name;
  }

  #isFree(name: string, position: number): boolean {
    if (this.#fixed.has(name)) return false;
    const holder = this.#holders.get(name);
    return holder === undefined || (this.#lifetimes.get(holder)?.last ?? -1) <= position;
  }
}
