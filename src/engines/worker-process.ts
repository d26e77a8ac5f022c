import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invariant, TorchliftError } from '../core/errors.ts';
import { packageRoot } from '../core/package-root.ts';
import { encodeFrame, type Frame, FrameDecoder } from './framing.ts';
import type { Tensor } from './tensor.ts';

/** How much of the worker's standard error an error message shows. */
const TAIL_CHARACTERS = 2000;

/** The `code` of an answer to `load` where the device that was asked for isn't there. */
const NO_DEVICE = 'no-device';

/** A child process that answers requests over a private socket (`python/torchlift_worker`). */
export interface WorkerProcess {
  readonly pid: number;
  /** It is gone, or about to be; what it is asked now fails. */
  readonly ended: boolean;
  /** Calls a method of the worker's host; the answer's header has the fields it gave. Errors: `worker-failed` (its words are in the message). */
  request(method: string, options: Readonly<Record<string, unknown>>, tensors: readonly Tensor[]): Promise<Frame>;
  /** Hangs up and waits for its end. */
  close(): Promise<void>;
  /** Ends it at once; whatever waits for an answer fails with `worker-failed`, saying `why`. */
  kill(why: string): void;
}

/** What an interpreter may take to start and call back, on a machine that is busy with other things. */
const START_DEADLINE_MS = 120_000;

/** A worker ends at once when its parent hangs up, unless it is stopped. */
const CLOSE_DEADLINE_MS = 5_000;

/** Spawns a worker; it connects to a private socket of ours, so that nothing has to poll for it. Errors: `worker-failed`. */
export function startWorkerProcess(engine: string, python: string): Promise<WorkerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'torchlift-')); // mode 0700
  const path = join(folder, 'worker.sock');
  return new Promise((resolve, reject) => {
    const server = createServer();
    const forget = () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    };
    server.listen(path, () => {
      chmodSync(path, 0o600);
      const child = spawn(python, [join(packageRoot(), 'python', 'torchlift_worker', '__main__.py'), '--socket', path, '--engine', engine], {
        stdio: ['pipe', 'ignore', 'pipe'],
        env: { ...process.env, PYTHONPATH: join(packageRoot(), 'python'), PYTHONDONTWRITEBYTECODE: '1' },
      });
      const hung = setTimeout(() => {
        child.kill('SIGKILL');
        early(`didn't call back within ${START_DEADLINE_MS / 1000} s`);
      }, START_DEADLINE_MS);
      const early = (what: string) => {
        clearTimeout(hung);
        forget();
        reject(new TorchliftError('worker-failed', { what: `the ${engine} worker ${what}`, where: python }));
      };
      child.once('error', (error) => early(`couldn't start: ${error.message}`));
      const endedAtOnce = (code: number | null, signal: NodeJS.Signals | null) => early(`ended at once (${signal ?? code})`);
      child.once('exit', endedAtOnce);
      endWithUs(child);
      server.once('connection', (socket) => {
        clearTimeout(hung);
        child.removeListener('exit', endedAtOnce);
        forget();
        resolve(new Connection(engine, child, socket));
      });
    });
    server.once('error', reject);
  });
}

/** A worker finds out that we are gone as soon as its framework lets it look; this is sooner. */
const alive = new Set<ChildProcess>();

function endWithUs(child: ChildProcess): void {
  if (alive.size === 0) process.on('exit', endAll);
  alive.add(child);
  child.once('exit', () => {
    alive.delete(child);
    if (alive.size === 0) process.removeListener('exit', endAll);
  });
}

function endAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

class Connection implements WorkerProcess {
  readonly #engine: string;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #waiting = new Map<number, { resolve: (frame: Frame) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #nextId = 0;
  #tail = '';
  #failure: Error | undefined;

  constructor(engine: string, child: ChildProcess, socket: Socket) {
    this.#engine = engine;
    this.#child = child;
    this.#socket = socket;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#tail = (this.#tail + chunk.toString()).slice(-TAIL_CHARACTERS);
    });
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()));
    child.once('exit', (code, signal) => this.#fail(`ended (${signal ?? code})`));
    socket.on('error', () => {}); // the exit that follows says more
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of this.#decoder.push(chunk)) this.#answer(frame);
      } catch (error) {
        this.#failure = error as Error;
        child.kill('SIGKILL');
      }
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#failure !== undefined;
  }

  request(method: string, options: Readonly<Record<string, unknown>>, tensors: readonly Tensor[]): Promise<Frame> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // In one system call, so that the worker wakes up once.
      this.#socket.cork();
      for (const chunk of encodeFrame({ ...options, method, id }, tensors)) this.#socket.write(chunk);
      this.#socket.uncork();
    });
  }

  async close(): Promise<void> {
    this.#socket.end();
    this.#child.stdin?.end();
    const hung = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_DEADLINE_MS);
    await this.#ended;
    clearTimeout(hung);
  }

  kill(why: string): void {
    this.#fail(why);
    this.#child.kill('SIGKILL');
  }

  #answer({ header, tensors }: Frame): void {
    const id = header.id as number;
    const waiting = this.#waiting.get(id);
    // Killed on purpose: what comes after is nobody's.
    if (waiting === undefined && this.#failure !== undefined) return;
    invariant(waiting !== undefined, `the worker answered request ${id}, which nobody made`);
    this.#waiting.delete(id);
    const { error, code } = header;
    if (error === undefined) waiting.resolve({ header, tensors });
    else if (code === NO_DEVICE) waiting.reject(noDevice(String(error)));
    else waiting.reject(new TorchliftError('worker-failed', { what: `the ${this.#engine} worker refused: ${error}` }));
  }

  #fail(what: string): void {
    this.#failure ??= new TorchliftError('worker-failed', {
      what: `the ${this.#engine} worker ${what}`,
      details: this.#tail.trim() === '' ? [] : this.#tail.trim().split('\n').slice(-8),
    });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function noDevice(what: string): TorchliftError {
  const remedy = 'Use --device cpu or auto, or install the driver and a CUDA build of the framework.';
  return new TorchliftError('runtime-unavailable', { what, where: '--device cuda', remedy });
}
