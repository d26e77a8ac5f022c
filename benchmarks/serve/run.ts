/** npm run benchmark:serve: images a second and latencies of `torchlift serve` against other servers, each alone on the same cores in turns. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PHOTOS } from '../../examples/nsfwjs/packages.ts';
import { unpackPackage } from '../../examples/nsfwjs/unpack-package.ts';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { pythonOver } from '../../test/support/python-environments.ts';
import { iterations } from '../measure/iterations.ts';
import { realModel } from '../measure/real-model.ts';
import { machine, median, writeResult } from '../measure/report.ts';

const ROUNDS = iterations(3);
const SECONDS = 12;
const CONCURRENCIES = [1, 8, 64];
const SHARES = [0.5, 0.8];
const here = join(packageRoot(), 'benchmarks', 'serve');
const scratch = mkdtempSync(join(tmpdir(), 'torchlift-benchmark-'));
const images = join(scratch, 'images');
const cores = availableParallelism();
const python = await pythonOver('torch', 'serve-benchmark', join(here, 'requirements.txt'));
const bin = (name: string) => join(python, '..', name);

interface Server {
  readonly name: string;
  readonly form: 'raw' | 'form';
  readonly start: (port: number) => ChildProcess;
}

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly failures: number;
}

const peer = (command: string, args: readonly string[], port: number, bundle: string) =>
  spawn(command, args, {
    cwd: join(here, 'peers'),
    stdio: 'ignore',
    env: { ...process.env, TORCHLIFT_PYTHON: join(packageRoot(), 'python'), BUNDLE: bundle, PORT: String(port), WORKERS: String(cores) },
  });

function servers(bundle: string): readonly Server[] {
  const cli = [join(packageRoot(), 'bin', 'torchlift.js'), 'serve', '--model', bundle, '--admin-port', '0', '--keys', join(scratch, 'keys.json')];
  return [
    { name: 'torchlift', form: 'raw', start: (port) => spawn(process.execPath, [...cli, '--port', String(port)], { stdio: 'ignore' }) },
    {
      ...{ name: 'FastAPI batcher', form: 'raw' },
      start: (port) => {
        const args = ['fastapi_batcher:app', '--port', String(port), '--workers', String(cores), '--log-level', 'warning', '--no-access-log'];
        return peer(bin('uvicorn'), args, port, bundle);
      },
    },
    { name: 'LitServe', form: 'form', start: (port) => peer(python, ['litserve_api.py'], port, bundle) },
  ];
}

async function load(url: string, kind: 'closed' | 'open', amount: number, form: string): Promise<Load> {
  const args = ['--import', 'tsx', join(here, 'load.ts'), url, kind, String(amount), String(SECONDS), images, form];
  const child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text) as Load;
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    try {
      await fetch(url);
      await setTimeout(3_000); // every worker, not only the first
      return;
    } catch {
      await setTimeout(500);
    }
  }
  throw new Error(`${url} isn't ready`);
}

async function measure({ name, form, start }: Server, port: number) {
  const child = start(port);
  const url = `http://127.0.0.1:${port}/v1/moderate`;
  try {
    await ready(url);
    await load(url, 'closed', 8, form);
    const closed: Record<string, Load> = {};
    for (const concurrency of CONCURRENCIES) closed[concurrency] = await load(url, 'closed', concurrency, form);
    const open: Record<string, Load> = {};
    const peak = Math.max(...Object.values(closed).map(({ perSecond }) => perSecond));
    for (const share of SHARES) open[share] = await load(url, 'open', share * peak, form);
    return { name, peak, closed, open };
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve(null) : child.once('exit', resolve)));
  }
}

type Measured = Awaited<ReturnType<typeof measure>>;

console.log(`JPEG 640×480 in, scores of MobileNetV2 out, ${ROUNDS} rounds in turns, on ${machine().processor}, ${cores} cores`);
try {
  mkdirSync(images);
  const photos = await Promise.all(PHOTOS.map(async (photo) => join(await unpackPackage(photo), 'data', 'image.jpg')));
  execFileSync(python, [join(here, 'make_images.py'), images, ...photos]);
  const { bundle } = await convert(await realModel('mobilenet_v2'), { output: join(scratch, 'bundle'), preprocess: 'nsfwjs' });
  const rounds: Measured[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const measured: Measured[] = [];
    for (const [index, server] of servers(bundle).entries()) measured.push(await measure(server, 8100 + 10 * round + index));
    rounds.push(measured);
    console.error(`  round ${round + 1} of ${ROUNDS}`);
  }
  for (const [index, { name }] of (rounds[0] as Measured[]).entries()) {
    const of = (value: (measured: Measured) => number | null) => median(rounds.map((round) => value(round[index] as Measured) ?? Number.NaN));
    const ours = median(rounds.map(([own]) => (own as Measured).peak));
    console.log(
      `  ${name.padEnd(16)} peak ${of(({ peak }) => peak).toFixed(0)} images a second (torchlift ${(ours / of(({ peak }) => peak)).toFixed(2)} times)`,
    );
    for (const concurrency of CONCURRENCIES) {
      const figure = (key: keyof Load) => of(({ closed }) => closed[concurrency]?.[key] ?? null).toFixed(0);
      console.log(
        `    ${String(concurrency).padStart(2)} at once: ${figure('perSecond')} a second, p50 ${figure('p50Ms')} ms, p99 ${figure('p99Ms')} ms`,
      );
    }
    for (const share of SHARES) {
      const figure = (key: keyof Load) => of(({ open }) => open[share]?.[key] ?? null).toFixed(0);
      console.log(`    at ${100 * share} % of its peak: ${figure('perSecond')} a second, p50 ${figure('p50Ms')} ms, p99 ${figure('p99Ms')} ms`);
    }
  }
  writeResult('serve', { command: 'npm run benchmark:serve', rounds });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
