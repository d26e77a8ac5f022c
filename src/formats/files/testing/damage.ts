/** Every proper prefix of a file, or `count` of them spread over its length. */
export function* truncations(bytes: Uint8Array, count = bytes.byteLength): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield bytes.subarray(0, Math.floor((index * bytes.byteLength) / count));
}

/** `count` copies with one to four bytes changed: to random values, and to the borders where lengths and signs turn over. Repeatable. */
export function* mutations(bytes: Uint8Array, count: number, seed = 1): Generator<Uint8Array> {
  const random = xorshift(seed);
  const borders = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];
  for (let index = 0; index < count; index++) {
    const copy = bytes.slice();
    for (let changes = 1 + (random() % 4); changes > 0; changes--) {
      copy[random() % copy.byteLength] = random() % 2 === 0 ? random() & 0xff : (borders[random() % borders.length] ?? 0);
    }
    yield copy;
  }
}

/** Marsaglia's xorshift32. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
