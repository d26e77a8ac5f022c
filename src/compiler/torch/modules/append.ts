/** Adds to the list at `key`, in place: a copy for each would make a file with many readers of one value quadratic. */
export function append<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
