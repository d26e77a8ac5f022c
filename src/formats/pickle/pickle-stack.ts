import type { PickleRole } from './opcodes.ts';

/** Deeper than any pickler of models builds: it writes long lists and dicts in batches of 1,000. */
const MAX_DEPTH = 1 << 20;
/** Ten for each of a hundred thousand tensors, twice. */
const MAX_MEMO = 1 << 21;

const MARK = Symbol('mark');
/** A text, a mark, or undefined for any value that a scan needn't know. */
type Slot = string | undefined | typeof MARK;

/** An unpickler's stack and memo, of which only texts are known: they may become the name of an import. */
export class PickleStack {
  readonly #slots: Slot[] = [];
  readonly #memo = new Map<number, Slot>();

  /** False where the stack is full. */
  push(text: string | undefined): boolean {
    return this.#slots.push(text) <= MAX_DEPTH;
  }

  /** The top value, or undefined where there is none above the last mark. */
  pop(): { readonly text: string | undefined } | undefined {
    const slot = this.#slots.at(-1);
    if (this.#slots.length === 0 || slot === MARK) return undefined;
    this.#slots.pop();
    return { text: slot };
  }

  /** Takes values, or all down to the last mark with the mark; false where there are too few. */
  take(count: number | 'mark'): boolean {
    if (count === 'mark') {
      const mark = this.#slots.lastIndexOf(MARK);
      if (mark < 0) return false;
      this.#slots.length = mark;
      return true;
    }
    for (let taken = 0; taken < count; taken++) if (this.pop() === undefined) return false;
    return true;
  }

  /** Does what the roles of marks and the memo say; returns what is wrong, if anything. */
  apply(role: PickleRole | undefined, index: number | undefined): string | undefined {
    const isEmpty = this.#slots.length === 0;
    const top = this.#slots.at(-1);
    switch (role) {
      case 'mark':
        return this.#slots.push(MARK) <= MAX_DEPTH ? undefined : 'the stack is too deep';
      case 'pop':
        if (isEmpty) return 'POP finds an empty stack';
        this.#slots.pop();
        return undefined;
      case 'dup':
        if (isEmpty || top === MARK) return 'DUP finds nothing to copy';
        this.#slots.push(top);
        return this.#slots.length <= MAX_DEPTH ? undefined : 'the stack is too deep';
      case 'memoize':
      case 'put':
      case 'put-text':
        if (isEmpty || top === MARK) return 'nothing is on the stack to remember';
        if (Number.isNaN(index)) return 'a memo index is no number';
        if (this.#memo.size >= MAX_MEMO) return `more than ${MAX_MEMO} values are remembered`;
        this.#memo.set(index ?? this.#memo.size, top);
        return undefined;
      case 'get':
      case 'get-text':
        if (index === undefined || !this.#memo.has(index)) return 'a value is fetched that was never remembered';
        this.#slots.push(this.#memo.get(index));
        return this.#slots.length <= MAX_DEPTH ? undefined : 'the stack is too deep';
      default:
        return undefined;
    }
  }
}
