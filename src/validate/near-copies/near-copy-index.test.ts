import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../core/seeded-random.ts';
import { FINGERPRINT_SIZE } from './fingerprint.ts';
import { NearCopyIndex } from './near-copy-index.ts';

const CELLS = FINGERPRINT_SIZE * FINGERPRINT_SIZE * 3;
const open: NearCopyIndex[] = [];
afterEach(() => {
  for (const index of open.splice(0)) index.close();
});
const newIndex = (channels = 3) => {
  const index = new NearCopyIndex(channels);
  open.push(index);
  return index;
};
const distance = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0);

test('exactly at 1/255 on average it is a copy, one step beyond it is not, wherever the difference lies', () => {
  const base = new Uint8Array(CELLS).fill(100);
  const brighter = base.map((value) => value + 1);
  const onePlace = base.slice();
  for (let i = 0; i < 20; i++) onePlace[i] = 253;
  onePlace[20] = 100 + CELLS - 20 * 153;
  expect(distance(base, onePlace)).toBe(CELLS);
  for (const copy of [base, brighter, onePlace, base.map((value) => value - 1)]) {
    const index = newIndex();
    expect(index.add('base', base)).toBeUndefined();
    expect(index.add('copy', copy)).toBe('base');
    if (copy === base) continue;
    const beyond = copy.slice();
    beyond[CELLS - 1] = 60;
    expect(index.add('beyond', beyond)).toBeUndefined();
  }
});

test('finds what comparing all with all finds: no copy is missed, none invented', () => {
  const random = seededRandom(7);
  const index = newIndex();
  const kept: { name: string; picture: Uint8Array }[] = [];
  let copies = 0;
  for (let i = 0; i < 600; i++) {
    const earlier = kept[Math.floor(random() * kept.length)];
    const picture = new Uint8Array(CELLS);
    if (earlier === undefined || random() < 0.3) {
      const level = 40 + 160 * random();
      for (let cell = 0; cell < CELLS; cell++) picture[cell] = level + 30 * random();
    } else {
      // Around the limit: shifted by up to two steps in a part of the cells.
      const [share, step] = [random(), random() < 0.5 ? 1 : 2];
      const sign = random() < 0.5 ? -1 : 1;
      for (let cell = 0; cell < CELLS; cell++) picture[cell] = (earlier.picture[cell] as number) + (random() < share ? sign * step : 0);
    }
    const near = kept.filter((candidate) => distance(candidate.picture, picture) <= CELLS).map(({ name }) => name);
    const found = index.add(String(i), picture);
    if (near.length === 0) {
      expect(found).toBeUndefined();
      kept.push({ name: String(i), picture });
    } else {
      expect(near).toContain(found);
      copies += 1;
    }
  }
  expect(copies).toBeGreaterThan(100);
  expect(kept.length).toBeGreaterThan(150);
});

test('one channel works like three', () => {
  const index = newIndex(1);
  const grey = new Uint8Array(FINGERPRINT_SIZE * FINGERPRINT_SIZE).fill(255);
  expect(index.add('white', grey)).toBeUndefined();
  expect(
    index.add(
      'nearly white',
      grey.map(() => 254),
    ),
  ).toBe('white');
  expect(
    index.add(
      'grey',
      grey.map(() => 253),
    ),
  ).toBeUndefined();
});
