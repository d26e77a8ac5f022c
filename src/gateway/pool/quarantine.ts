/** The oldest is forgotten beyond so many: an attacker may not fill the memory. */
const MOST = 10_000;

/** Inputs that ended workers, by digest. */
export class Quarantine {
  readonly #digests = new Set<string>();

  get size(): number {
    return this.#digests.size;
  }

  has(digest: string): boolean {
    return this.#digests.has(digest);
  }

  add(digest: string): void {
    this.#digests.add(digest);
    const [oldest] = this.#digests;
    if (this.#digests.size > MOST && oldest !== undefined) this.#digests.delete(oldest);
  }
}
