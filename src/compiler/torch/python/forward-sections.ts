import { readBy } from '../modules/depth-first-order.ts';
import type { Forward, ForwardStatement } from '../modules/module-class.ts';
import { isMergeStatement } from './merge-statement.ts';

/** A forward of fewer statements is read in one go. */
const MIN_STATEMENTS = 20;
/** Fewer statements than this don't make a section of their own. */
const MIN_SECTION = 3;
/** Names that Keras gives by itself: they tell nothing about where a layer belongs. */
const AUTOMATIC =
  /^(activation|add|average|average_pooling2d|batch_normalization|concatenate|conv2d|conv2d_transpose|dense|depthwise_conv2d|dropout|flatten|global_average_pooling2d|global_max_pooling2d|lambda|layer_normalization|leaky_re_lu|max_pooling2d|multiply|normalization|p_re_lu|re_lu|rescaling|reshape|separable_conv2d|softmax|subtract|tf_op_lambda|tf|up_sampling2d|zero_padding2d)(_\d+)?(\.|$)/;

/**
 * Where a long forward is parted by a blank line, with the section's title: by statement's position. A section begins only where one
 * value runs; it is a block of layers whose names begin alike (`block_1`), or what ends in a merge (`mixed0`).
 */
export function forwardSections(forward: Forward): ReadonlyMap<number, string | undefined> {
  if (forward.body.length < MIN_STATEMENTS) return new Map();
  const pieces = pieceTogether(forward);
  const depth = blockDepth(pieces);
  const sections: { first: number; stem: string | undefined; title: string | undefined; size: number }[] = [];
  for (const { first, statements } of pieces) {
    const stem = commonStem(statements, depth);
    const title = stem ?? mergeTitle(statements);
    const last = sections.at(-1);
    if (title === undefined && last?.stem !== undefined && namesOf(statements).length === 0) {
      last.size += statements.length;
      continue;
    }
    const isSame = last !== undefined && (stem !== undefined ? last.stem === stem : title === undefined && last.title === undefined);
    if (isSame) last.size += statements.length;
    else sections.push({ first, stem, title, size: statements.length });
  }
  const starts = new Map<number, string | undefined>();
  let isOpen = false;
  for (const { first, title, size } of sections) {
    const isTitled = title !== undefined && size >= MIN_SECTION;
    if (isTitled) starts.set(first, title);
    else if (isOpen) starts.set(first, undefined);
    // What is too small for a section goes on in the untitled one before it.
    isOpen = isTitled;
  }
  return starts.size < 2 ? new Map() : starts;
}

interface Piece {
  readonly first: number;
  readonly statements: readonly ForwardStatement[];
}

/** Parts the body where only one value lives on. */
function pieceTogether({ inputs, body, outputs }: Forward): readonly Piece[] {
  const last = new Map<number, number>();
  body.forEach((statement, position) => {
    for (const { id } of readBy(statement)) last.set(id, position);
  });
  for (const { id } of outputs) last.set(id, body.length);
  const living = new Set(inputs.map(({ id }) => id).filter((id) => last.has(id)));
  const pieces: Piece[] = [];
  let first = 0;
  body.forEach((statement, position) => {
    for (const { id } of statement.results) if (last.has(id)) living.add(id);
    for (const { id } of readBy(statement)) if ((last.get(id) ?? -1) <= position) living.delete(id);
    if (living.size > 1 && position < body.length - 1) return;
    pieces.push({ first, statements: body.slice(first, position + 1) });
    first = position + 1;
  });
  return pieces;
}

/** How many numbers a block's name has (`conv2_block1` two, `block_1` one), told by the pieces that are blocks for sure. */
function blockDepth(pieces: readonly Piece[]): number {
  const tally = new Map<number, number>();
  for (const { statements } of pieces) {
    if (statements.length < 2 * MIN_SECTION) continue;
    const numbers = commonWords(statements).filter(hasDigit).length;
    if (numbers > 0) tally.set(numbers, (tally.get(numbers) ?? 0) + 1);
  }
  return [...tally].sort(([a, times], [b, others]) => others - times || a - b)[0]?.[0] ?? 1;
}

/** The words that all layers' names begin with, up to the `depth`-th number. */
function commonStem(statements: readonly ForwardStatement[], depth: number): string | undefined {
  const words = commonWords(statements);
  let numbers = 0;
  const end = words.findIndex((word) => hasDigit(word) && ++numbers === depth);
  if (end < 0) return undefined;
  return words
    .slice(0, end + 1)
    .join('')
    .replace(/[_/]$/, '');
}

/** What the layers are called, but for names that Keras gives by itself. */
function namesOf(statements: readonly ForwardStatement[]): readonly string[] {
  return [...new Set(statements.map(({ layer }) => layer))].filter((layer) => layer !== '' && !AUTOMATIC.test(layer));
}

function commonWords(statements: readonly ForwardStatement[]): readonly string[] {
  const [first = [], ...others] = namesOf(statements).map((name) => name.split(/(?<=[_/])/));
  return others.reduce<readonly string[]>((common, words) => {
    const end = common.findIndex((word, index) => bare(word) !== bare(words[index]));
    return end < 0 ? common : common.slice(0, end);
  }, first);
}

/** `mixed0`: the layer that joins the branches at the end of the piece. */
function mergeTitle(statements: readonly ForwardStatement[]): string | undefined {
  const layer = statements.findLast(isMergeStatement)?.layer ?? '';
  return layer === '' || statements.length < (AUTOMATIC.test(layer) ? 2 * MIN_SECTION : MIN_SECTION) ? undefined : layer;
}

/** A word without the separator behind it. */
function bare(word: string | undefined): string | undefined {
  return word?.replace(/[_/]$/, '');
}

function hasDigit(word: string): boolean {
  return /\d/.test(word);
}
