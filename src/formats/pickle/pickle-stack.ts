import type { PickleRole } from './opcodes.ts';

/** Deeper than any pickler of models builds: it writes long lists and dicts in batches of 1,000. */
const MAX_DEPTH = 1 << 20;
/** Ten for each of a hundred thousand tensors. */
const MAX_MEMO = 1 << 20;

/** Any value that a scan needn't know. */
export const UNKNOWN = -1;

/**
 * An unpickler's stack and memo. Of a text, which may become the name of an import, a slot holds the offset of the opcode that pushed it;
 * of anything else, `UNKNOWN`.
 */
export class PickleStack {
  readonly #slots: number[] = [];
  /** The stack's height at each mark, as CPython keeps them: what stands below the last can't be reached. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, number>();
  #fence = 0;

  /** False where the stack is full. */
  push(slot: number): boolean {
    return this.#slots.push(slot) <= MAX_DEPTH;
  }

  /** The slot so far below the top. */
  top(below: number): number {
    const index = this.#slots.length - 1 - below;
    return index >= this.#fence ? (this.#slots[index] ?? UNKNOWN) : UNKNOWN;
  }

  /** Takes values, or all down to the last mark with the mark; false where there are too few. */
  take(count: number | 'mark'): boolean {
    if (count === 'mark') {
      const mark = this.#marks.pop();
      if (mark === undefined) return false;
      this.#slots.length = mark;
      this.#fence = this.#marks.at(-1) ?? 0;
      return true;
    }
    if (this.#slots.length - count < this.#fence) return false;
    for (let taken = 0; taken < count; taken++) this.#slots.pop();
    return true;
  }

  /** Does what the roles of marks and the memo say; returns what is wrong, if anything. */
  apply(role: PickleRole | undefined, index: number | undefined): string | undefined {
    const height = this.#slots.length;
    switch (role) {
      case 'mark':
        this.#fence = height;
        return this.#marks.push(height) <= MAX_DEPTH ? undefined : 'the stack is too deep';
      case 'pop':
        // On a mark it takes the mark.
        if (this.#marks.at(-1) === height) this.take('mark');
        else if (!this.take(1)) return 'POP finds an empty stack';
        return undefined;
      case 'dup':
        if (height === this.#fence) return 'DUP finds nothing to copy';
        return this.push(this.top(0)) ? undefined : 'the stack is too deep';
      case 'memoize':
      case 'put':
      case 'put-text':
        if (height === this.#fence) return 'nothing is on the stack to remember';
        if (Number.isNaN(index)) return 'a memo index is no number';
        if (this.#memo.size >= MAX_MEMO) return `more than ${MAX_MEMO} values are remembered`;
        this.#memo.set(index ?? this.#memo.size, this.top(0));
        return undefined;
      case 'get':
      case 'get-text':
        return this.#fetch(index);
      default:
        return undefined;
    }
  }

  #fetch(index: number | undefined): string | undefined {
    const slot = index === undefined ? undefined : this.#memo.get(index);
    if (slot === undefined) return 'a value is fetched that was never remembered';
    return this.push(slot) ? undefined : 'the stack is too deep';
  }
}
