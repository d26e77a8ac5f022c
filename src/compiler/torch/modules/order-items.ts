import { append } from './append.ts';
import { type Item, madeBy, readBy } from './group.ts';
import type { Layer } from './layer-tree.ts';

/** Topological order, the program's own where it is one; `stuck`: the layers whose groups wait for each other. */
export function orderItems(items: readonly Item[]): { readonly items: readonly Item[] } | { readonly stuck: readonly Layer[] } {
  const maker = new Map<number, Item>();
  for (const item of items) for (const { id } of madeBy(item)) maker.set(id, item);
  const waiting = new Map<Item, number>();
  const readers = new Map<Item, Item[]>();
  for (const item of items) {
    const makers = new Set(readBy(item).flatMap(({ id }) => maker.get(id) ?? []));
    waiting.set(item, makers.size);
    for (const other of makers) append(readers, other, item);
  }
  const ordered: Item[] = [];
  const placed = new Set<Item>();
  let progress = true;
  while (progress && ordered.length < items.length) {
    progress = false;
    for (const item of items) {
      if (placed.has(item) || waiting.get(item) !== 0) continue;
      placed.add(item);
      ordered.push(item);
      progress = true;
      for (const reader of readers.get(item) ?? []) waiting.set(reader, (waiting.get(reader) ?? 0) - 1);
    }
  }
  if (ordered.length === items.length) return { items: ordered };
  return { stuck: items.flatMap((item) => (placed.has(item) || item.kind === 'statement' ? [] : [item.group.layer])) };
}
