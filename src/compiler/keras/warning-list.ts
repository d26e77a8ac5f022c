/** Warnings for the manifest: one line for each kind, naming the layers it concerns. */
export class WarningList {
  readonly #layers = new Map<string, string[]>();

  add(what: string, layer: string): void {
    const layers = this.#layers.get(what);
    if (layers === undefined) this.#layers.set(what, [layer]);
    else if (!layers.includes(layer)) layers.push(layer);
  }

  lines(): string[] {
    return [...this.#layers].map(
      ([what, layers]) => `${layers.length > 4 ? `${layers.slice(0, 3).join(', ')} and ${layers.length - 3} more` : layers.join(', ')}: ${what}`,
    );
  }
}
