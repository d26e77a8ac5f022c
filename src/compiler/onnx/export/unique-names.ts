/** Gives out names that are unique in one ONNX graph: the wanted one, or with the next free number (`relu`, `relu_1`). */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** Counted per name: ten thousand values of one name must not take quadratic time. */
  readonly #next = new Map<string, number>();

  /** An empty name means "left out" in ONNX; half a surrogate pair has no UTF-8. */
  take(wanted: string): string {
    const stem = Buffer.from(wanted, 'utf8').toString('utf8') || 'unnamed';
    let name = stem;
    for (let number = this.#next.get(stem) ?? 1; this.#taken.has(name); number += 1) {
      name = `${stem}_${number}`;
      this.#next.set(stem, number + 1);
    }
    this.#taken.add(name);
    return name;
  }
}
