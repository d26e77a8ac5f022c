/** What the emitted file names itself, or Python does. */
const TAKEN = ['F', 'Path', 'Tensor', 'None', 'True', 'False'];
/** Subclasses of nn.BatchNorm that the file may define. */
const BATCH_NORM = /BatchNorm\d?d?$/;
const MAX_LENGTH = 60;

/** May the file's own classes be called so? Not what shadows what it imports, or is no name at all. */
export function isFreeClassName(name: string): boolean {
  return !TAKEN.includes(name) && !BATCH_NORM.test(name);
}

/** CamelCase names for the classes of one file, each only once. */
export class ClassNames {
  readonly #taken = new Set<string>();

  constructor(model: string) {
    this.#taken.add(model);
  }

  /** From a layer's name or class; `fallback` where nothing of it can stand in an identifier. */
  unique(name: string, fallback = 'Block'): string {
    const stem = camelCase(name) ?? camelCase(fallback) ?? 'Block';
    let candidate = stem;
    for (let number = 2; this.#taken.has(candidate) || !isFreeClassName(candidate); number++) candidate = `${stem}_${number}`;
    this.#taken.add(candidate);
    return candidate;
  }
}

/** `mobilenetv2_1.00_224` → `Mobilenetv2_1_00_224`: words joined, digits kept apart. undefined where no letter starts a word. */
export function camelCase(name: string): string | undefined {
  const words = name.slice(0, MAX_LENGTH * 2).match(/[A-Za-z0-9]+/g) ?? [];
  while (words[0] !== undefined && /^\d/.test(words[0])) words.shift();
  const joined = words.reduce((text, word) => {
    const gap = /\d$/.test(text) && /^\d/.test(word) ? '_' : '';
    return `${text}${gap}${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  }, '');
  return joined === '' ? undefined : joined.slice(0, MAX_LENGTH);
}
