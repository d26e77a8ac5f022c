import { TorchliftError } from '../../core/errors.ts';
import type { Head } from '../../policy/head.ts';
import { readCsv } from './read-csv.ts';

const EXPECTED = 'Give --labels a CSV file with the columns image and label; several labels of one image are joined by "|".';

/** As many of several mistakes as are worth reading. */
const SHOWN = 20;

export type Labels = ReadonlyMap<string, readonly number[]>;

/**
 * `--labels`: to each image the positions of its classes in `head`, ascending. A label is a class's name, or its position where no class has that
 * name; of several sigmoids there may be any number, joined by `|`, or `none`.
 *
 * `imageOf` says which image a name in the file means, as the samples call it, or undefined where there is none. Images without a label are no
 * mistake. Errors: `file-not-found` (the file, or images that it names), `malformed-file` for labels that aren't classes or contradict each other.
 */
export function readLabels(path: string, head: Head, imageOf: (name: string) => string | undefined): Labels {
  const labels = new Map<string, readonly number[]>();
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const { line, fields } of readCsv(path, { image: ['file', 'filename', 'path'], label: ['class', 'labels'] }, EXPECTED)) {
    const image = imageOf(fields.image);
    const label = parseLabel(fields.label, head);
    if (image === undefined) missing.push(`line ${line}: ${fields.image}`);
    else if (typeof label === 'string') wrong.push(`line ${line}: ${label}`);
    else if ((labels.get(image) ?? label).join() !== label.join()) wrong.push(`line ${line}: ${fields.image} has another label further up`);
    else labels.set(image, label);
  }
  if (missing.length > 0) {
    throw new TorchliftError('file-not-found', {
      what: `has labels for ${missing.length} ${missing.length === 1 ? 'image that is' : 'images that are'} not among those to validate on`,
      where: path,
      details: shown(missing),
      remedy: 'Name images relative to the folder of --images, or remove those lines.',
    });
  }
  if (wrong.length > 0) {
    throw new TorchliftError('malformed-file', {
      what: `${wrong.length} ${wrong.length === 1 ? 'label makes' : 'labels make'} no sense; the classes are ${head.classes.join(', ')}`,
      where: path,
      details: shown(wrong),
      remedy: EXPECTED,
    });
  }
  return labels;
}

/** Positions, or what is wrong. */
function parseLabel(text: string, { classes, kind, units }: Head): readonly number[] | string {
  const isSet = kind === 'sigmoid' && units > 1;
  if (isSet && (text === '' || (text === 'none' && !classes.includes('none')))) return [];
  const names = text.split('|').map((name) => name.trim());
  if (!isSet && names.length > 1) return `${names.length} labels where one class is decided`;
  const positions = names.map((name) => {
    const position = classes.indexOf(name);
    return position === -1 && /^\d+$/.test(name) && Number(name) < classes.length ? Number(name) : position;
  });
  const unknown = names[positions.indexOf(-1)];
  return unknown === undefined ? [...new Set(positions)].sort((a, b) => a - b) : `${JSON.stringify(unknown)} is none of the classes`;
}

function shown(lines: readonly string[]): readonly string[] {
  return lines.length <= SHOWN ? lines : [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more`];
}
