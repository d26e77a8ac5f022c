/** What a file may ask of us. Real models stay far below; a file that doesn't is refused with `limit-exceeded` or `malformed-file`. */
export const LIMITS = {
  /** Nested messages: a graph in an attribute of a node in a graph costs three levels. Real models nest two or three graphs. */
  depth: 48,
  /** Nodes of all graphs and functions; the largest public models have some ten thousand. */
  nodes: 500_000,
  /** Decoded things (strings, numbers of attributes, dims, entries), each of which costs us up to some hundred bytes and the file two. */
  items: 8_000_000,
  /** One name, domain, operator or file name, in bytes. */
  nameBytes: 65_536,
  /** One string attribute or metadata value, in bytes: our own metadata takes about 200 bytes a node. */
  textBytes: 64 * 2 ** 20,
  /** Axes of a tensor or a type; NumPy's own limit is 64. */
  rank: 64,
} as const;
