import { InvalidArgumentError } from 'commander';

/** An option's value between 0 and 1, neither of them. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It is a number between 0 and 1.');
  return value;
}

/** An option's value that counts something, at least `least`. */
export function wholeNumber(text: string, least = 1): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least)
    throw new InvalidArgumentError(`It is a whole number, at least ${least}.`);
  return count;
}

/** An option's value that names some of `options`, with commas between them. */
export function listOf<T extends string>(options: readonly T[]) {
  return (text: string): readonly T[] => {
    const found = text.split(',').map((item) => {
      const option = options.find((known) => known === item.trim());
      if (option === undefined) throw new InvalidArgumentError(`${JSON.stringify(item)} is none of ${options.join(', ')}.`);
      return option;
    });
    return [...new Set(found)];
  };
}

/** Class names in the order of the scores. */
export function classNames(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
