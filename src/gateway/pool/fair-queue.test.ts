import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const item = (client: string, rows = 1) => ({ client, rows });
const clientsOf = (items: readonly { readonly client: string }[]) => items.map(({ client }) => client).join('');

test('one client is served in its order, several in turns', () => {
  const queue = new FairQueue<{ client: string; rows: number; index: number }>();
  for (let index = 0; index < 4; index++) queue.add({ ...item('a'), index });
  for (let index = 0; index < 2; index++) queue.add({ ...item('b'), index });
  const taken = queue.take(6);
  expect(clientsOf(taken)).toBe('ababaa');
  expect(taken.filter(({ client }) => client === 'a').map(({ index }) => index)).toEqual([0, 1, 2, 3]);
});

test('a flood delays itself: whoever comes later with one request waits for one turn', () => {
  const queue = new FairQueue();
  for (let index = 0; index < 1000; index++) queue.add(item('a'));
  queue.take(10);
  queue.add(item('b'));
  expect(clientsOf(queue.take(2))).toContain('b');
});

test('a request of many rows counts as that many turns', () => {
  const queue = new FairQueue();
  queue.add(item('a', 4));
  queue.add(item('a', 4));
  for (let index = 0; index < 8; index++) queue.add(item('b'));
  expect(clientsOf(queue.take(12))).toBe('abbbba');
});

test('the first comes whatever its size, the next only where it fits', () => {
  const queue = new FairQueue();
  queue.add(item('a', 50));
  queue.add(item('a', 5));
  expect(queue.take(8).map(({ rows }) => rows)).toEqual([50]);
  queue.add(item('a', 4));
  expect(queue.take(8).map(({ rows }) => rows)).toEqual([5]);
});

test('whatever is done, nothing is lost, nothing comes twice, rows are counted right, and each client keeps its order', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ add: fc.constantFrom('a', 'b', 'c'), rows: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ remove: fc.nat(20) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new FairQueue<{ client: string; rows: number; index: number }>();
      const waiting = new Map<number, { client: string; rows: number; index: number }>();
      const last = new Map<string, number>();
      let index = 0;
      for (const step of all) {
        if ('add' in step) {
          const added = { client: step.add, rows: step.rows, index: index++ };
          queue.add(added);
          waiting.set(added.index, added);
        } else if ('remove' in step) {
          const found = [...waiting.values()][step.remove];
          if (found !== undefined) {
            expect(queue.remove(found)).toBe(true);
            waiting.delete(found.index);
          }
        } else {
          const taken = queue.take(step.take);
          expect(taken.length > 0).toBe(waiting.size > 0);
          for (const each of taken) {
            expect(waiting.delete(each.index)).toBe(true);
            expect(each.index).toBeGreaterThan(last.get(each.client) ?? -1);
            last.set(each.client, each.index);
          }
          if (taken.length > 1) expect(taken.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(step.take);
        }
        expect(queue.rows).toBe([...waiting.values()].reduce((sum, { rows }) => sum + rows, 0));
      }
    }),
  );
});
