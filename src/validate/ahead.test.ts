import { expect, test } from 'vitest';
import { ahead } from './ahead.ts';

async function* counted(log: string[], end: number, fault?: Error) {
  try {
    for (let index = 0; index < end; index++) {
      log.push(`made ${index}`);
      yield index;
    }
    if (fault !== undefined) throw fault;
  } finally {
    log.push('closed');
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('the next is made while the caller works on the last, and none beyond it', async () => {
  const log: string[] = [];
  for await (const value of ahead(counted(log, 3))) {
    await turn();
    log.push(`used ${value}`);
  }
  expect(log).toEqual(['made 0', 'made 1', 'used 0', 'made 2', 'used 1', 'closed', 'used 2']);
});

test('a fault comes behind what was made before it', async () => {
  const seen: number[] = [];
  const all = async () => {
    for await (const value of ahead(counted([], 2, new Error('no more')))) {
      await turn();
      seen.push(value);
    }
  };
  await expect(all()).rejects.toThrow('no more');
  expect(seen).toEqual([0, 1]);
});

test('a caller that stops closes the source', async () => {
  const log: string[] = [];
  for await (const value of ahead(counted(log, 9))) if (value === 1) break;
  expect(log.at(-1)).toBe('closed');
  expect(log).not.toContain('made 3');
});
