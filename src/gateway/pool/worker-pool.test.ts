import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import type { PoolWorker, Work } from './work.ts';
import { WorkerPool } from './worker-pool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker whose batches are answered when the test says so; it doubles numbers. */
class HandWorker implements PoolWorker<number, number> {
  readonly pid: number;
  ended = false;
  batch: readonly number[] | undefined;
  #answer: ((peakBytes: number) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  constructor(pid: number) {
    this.pid = pid;
  }

  run(inputs: readonly number[]) {
    this.batch = inputs;
    return new Promise<{ outcomes: { ok: true; value: number }[]; peakBytes: number }>((resolve, reject) => {
      this.#answer = (peakBytes) => resolve({ outcomes: inputs.map((input) => ({ ok: true, value: 2 * input })), peakBytes });
      this.#fail = reject;
    });
  }

  answer(peakBytes = 1): Promise<void> {
    this.batch = undefined;
    this.#answer?.(peakBytes);
    return turn();
  }

  die(): Promise<void> {
    this.kill('died');
    return turn();
  }

  kill(why: string): void {
    this.ended = true;
    this.batch = undefined;
    this.#fail?.(new TorchliftError('worker-failed', { what: why }));
  }

  async close(): Promise<void> {
    this.ended = true;
  }
}

const turn = async () => void (await vi.advanceTimersByTimeAsync(1));

async function open({ workers = 1, maxBatch = 4, maxQueue = 16, memoryCapBytes = 100 } = {}) {
  const started: HandWorker[] = [];
  const restarts: string[] = [];
  const pool = await WorkerPool.open<number, number>({
    ...{ name: 'candidate', workers, maxBatch, maxQueue, memoryCapBytes },
    start: async () => {
      const worker = new HandWorker(started.length);
      started.push(worker);
      return worker;
    },
    events: { onBatch: () => {}, onRestart: (why) => restarts.push(why) },
  });
  const work = (input: number, given: Partial<Work<number>> = {}): Work<number> => ({
    ...{ input, rows: 1, client: 'a', deadline: performance.now() + 60_000, signal: new AbortController().signal, digest: () => String(input) },
    ...given,
  });
  const ask = (input: number, given: Partial<Work<number>> = {}) => {
    const answer = pool.submit(work(input, given));
    answer.catch(() => {});
    return answer;
  };
  return { pool, started, restarts, ask };
}

const failure = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: TorchliftError) => error.code,
  );

describe('batches', () => {
  test('a free worker takes what is there at once, then all that came meanwhile, up to the limit', async () => {
    const { started, ask } = await open();
    const [worker] = started as [HandWorker];
    const answers = [1, 2, 3, 4, 5, 6].map((input) => ask(input));
    expect(worker.batch).toEqual([1]);
    await worker.answer();
    expect(worker.batch).toEqual([2, 3, 4, 5]);
    await worker.answer();
    expect(worker.batch).toEqual([6]);
    await worker.answer();
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test('answers never cross callers, whatever the order of workers and callers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 30 }), async (order) => {
        const { started, ask } = await open({ workers: 3, maxQueue: 1000 });
        const answers = order.flatMap((_, index) => [2 * index, 2 * index + 1]).map((input) => ask(input, { client: String(input % 3) }));
        for (const each of order) await started[each]?.answer();
        while (started.some(({ batch }) => batch !== undefined)) for (const worker of started) await worker.answer();
        expect(await Promise.all(answers)).toEqual(answers.map((_, index) => 2 * index));
      }),
      { numRuns: 20 },
    );
  });
});

describe('what is refused', () => {
  test('at once where the queue is full', async () => {
    const { ask } = await open({ maxQueue: 2 });
    ask(1);
    ask(2);
    ask(3);
    expect(await failure(ask(4))).toBe('overloaded');
  });

  test('at once where it would miss its deadline by what batches cost', async () => {
    const { pool, started, ask } = await open();
    pool.cost.learn(1, 100);
    pool.cost.learn(4, 400);
    expect(await failure(ask(1, { deadline: performance.now() + 50 }))).toBe('overloaded');
    expect(started[0]?.batch).toBeUndefined();
    ask(2, { deadline: performance.now() + 150 });
    expect(started[0]?.batch).toEqual([2]);
  });

  test('what nobody waits for leaves the queue and is never run', async () => {
    const { started, ask } = await open();
    const controller = new AbortController();
    ask(1);
    const second = ask(2, { signal: controller.signal });
    ask(3);
    controller.abort();
    expect(await failure(second)).toBe('cancelled');
    await started[0]?.answer();
    expect(started[0]?.batch).toEqual([3]);
  });
});

describe('a worker that is lost', () => {
  test('costs nobody an answer: what it ran goes to the next, each alone', async () => {
    const { started, restarts, ask } = await open();
    const answers = [1, 2, 3].map((input) => ask(input));
    await started[0]?.answer();
    await started[0]?.die();
    expect(started[1]?.batch).toEqual([2]);
    await started[1]?.answer();
    expect(started[1]?.batch).toEqual([3]);
    await started[1]?.answer();
    expect(await Promise.all(answers)).toEqual([2, 4, 6]);
    expect(restarts).toEqual(['died']);
  });

  test('an input that ends two workers alone is refused, and from then on at once', async () => {
    const { started, ask } = await open();
    const bad = ask(7);
    await started[0]?.die();
    await started[1]?.die();
    expect(await failure(bad)).toBe('poison-input');
    await turn();
    expect(await failure(ask(7))).toBe('poison-input');
    const good = ask(8);
    await started[2]?.answer();
    expect(await good).toBe(16);
  });

  test('one of a batch that ends a worker again alone is refused, the others are answered', async () => {
    const { started, ask } = await open();
    const answers = [1, 2, 3].map((input) => ask(input));
    await started[0]?.answer();
    await started[0]?.die();
    await started[1]?.die();
    await started[2]?.answer();
    expect(await failure(answers[1] as Promise<number>)).toBe('poison-input');
    expect(await answers[2]).toBe(6);
  });

  test('one that gives no answer is ended when its batch takes ten times as long as batches do', async () => {
    const { pool, started, ask } = await open();
    for (const rows of [1, 2, 4]) pool.cost.learn(rows, 200 * rows);
    const answer = ask(1);
    await vi.advanceTimersByTimeAsync(1_990);
    expect(started[0]?.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(started[0]?.ended).toBe(true);
    await started[1]?.answer();
    expect(await answer).toBe(2);
  });

  test('one that has grown too large is replaced, its answers count', async () => {
    const { started, ask } = await open();
    const first = ask(1);
    await started[0]?.answer(101);
    expect(await first).toBe(2);
    expect(started[0]?.ended).toBe(true);
    const second = ask(2);
    await started[1]?.answer();
    expect(await second).toBe(4);
  });

  test('five within a minute, and the next start waits', async () => {
    const { started, ask } = await open();
    for (let loss = 0; loss < 5; loss++) {
      const before = started.length;
      ask(100 + loss);
      await started.at(-1)?.die();
      await turn();
      expect(started.length).toBe(loss < 4 ? before + 1 : before);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(started.length).toBe(6);
  });
});

test('closing answers what was accepted, and takes nothing new', async () => {
  const { pool, started, ask } = await open();
  const answers = [ask(1), ask(2)];
  const closed = pool.close();
  expect(await failure(ask(3))).toBe('overloaded');
  await started[0]?.answer();
  await started[0]?.answer();
  await closed;
  expect(await Promise.all(answers)).toEqual([2, 4]);
  expect(started[0]?.ended).toBe(true);
});
