/** Samples and agreements by name, in the order in which the names came. */
export class Tally {
  readonly #rows = new Map<string, { samples: number; agreements: number }>();

  /** `names`: rows that are shown even if nothing comes to them. */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#rows.set(name, { samples: 0, agreements: 0 });
  }

  add(name: string, agrees: boolean): void {
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { samples: 0, agreements: 0 };
      this.#rows.set(name, row);
    }
    row.samples += 1;
    if (agrees) row.agreements += 1;
  }

  rows(): readonly { readonly name: string; readonly samples: number; readonly agreements: number }[] {
    return [...this.#rows].map(([name, row]) => ({ name, ...row }));
  }

  of(name: string): { readonly samples: number; readonly agreements: number } {
    return this.#rows.get(name) ?? { samples: 0, agreements: 0 };
  }
}
