/** npm run benchmark:convert: the 227 MB InceptionV3 to all artefacts, against tf2onnx → onnx2torch → torch.jit.trace, in pairs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';
import { cacheFolder } from '../../src/engines/runtimes/cache-folder.ts';
import { findInterpreters } from '../../src/engines/runtimes/find-interpreters.ts';
import { realModel } from '../measure/real-model.ts';
import { machine, median, verdict, writeResult } from '../measure/report.ts';
import { type ProcessCost, wholeProcess } from '../measure/whole-process.ts';

const PAIRS = 3;
const RUNS_OF_OURS = 5;

/** An environment of the peer's own; the two halves can't share one, since TensorFlow 2.10 wants protobuf 3. */
async function environment(name: string, pythons: readonly string[], packages: readonly (readonly string[])[]): Promise<string> {
  const folder = join(cacheFolder(), 'runtimes', name);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return python;
  const interpreter = (await findInterpreters()).find(({ version }) => pythons.includes(version));
  if (interpreter === undefined) throw new Error(`${name} needs Python ${pythons.join(' or ')}`);
  console.error(`making the environment ${name} (once)`);
  execFileSync(interpreter.path, ['-m', 'venv', '--clear', folder]);
  for (const list of packages) execFileSync(python, ['-m', 'pip', 'install', '-q', ...list], { stdio: ['ignore', 'inherit', 'inherit'] });
  writeFileSync(join(folder, 'complete'), '');
  return python;
}

const h5 = await realModel('inception_v3');
const here = join(packageRoot(), 'benchmarks', 'convert');
const exporter = await environment(
  'peer-tf2onnx',
  ['3.10', '3.9', '3.8'],
  [['tensorflow-cpu==2.10.1', 'tf2onnx==1.14.0', 'onnx==1.12.0', 'numpy<2', 'h5py']],
);
// onnx2torch asks for torchvision, of which there is no CPU build beside this torch: trace_torch.py puts a stand-in in its place.
const importer = await environment(
  'peer-onnx2torch',
  ['3.11'],
  [
    ['torch==2.13.0', 'onnx', 'numpy'],
    ['--no-deps', 'onnx2torch'],
  ],
);
const scratch = mkdtempSync(join(tmpdir(), 'torchlift-benchmark-'));

function ours(): ProcessCost {
  const output = join(scratch, 'bundle');
  rmSync(output, { recursive: true, force: true });
  return wholeProcess([process.execPath, join(packageRoot(), 'bin', 'torchlift.js'), 'convert', h5, '-o', output]);
}

function theirs(): ProcessCost {
  const onnx = join(scratch, 'peer.onnx');
  const first = wholeProcess([exporter, join(here, 'export_onnx.py'), h5, onnx], { TF_CPP_MIN_LOG_LEVEL: '3' });
  const second = wholeProcess([importer, join(here, 'trace_torch.py'), onnx, join(scratch, 'peer.pt')]);
  return { seconds: first.seconds + second.seconds, peakBytes: Math.max(first.peakBytes, second.peakBytes) };
}

try {
  ours(); // warms the page cache for both
  const pairs: { ours: ProcessCost; theirs: ProcessCost }[] = [];
  for (let pair = 0; pair < PAIRS; pair++) pairs.push({ ours: ours(), theirs: theirs() });
  const alone = [...pairs.map((pair) => pair.ours), ...Array.from({ length: RUNS_OF_OURS - PAIRS }, ours)];
  const seconds = median(alone.map((cost) => cost.seconds));
  const peakMb = median(alone.map((cost) => cost.peakBytes)) / 1e6;
  const faster = median(pairs.map((pair) => pair.theirs.seconds / pair.ours.seconds));
  const memory = median(pairs.map((pair) => pair.ours.peakBytes / pair.theirs.peakBytes));
  const theirSeconds = median(pairs.map((pair) => pair.theirs.seconds));
  const theirPeakMb = median(pairs.map((pair) => pair.theirs.peakBytes)) / 1e6;
  console.log(`InceptionV3, 227 MB .h5 → four artefacts, on ${machine().processor}`);
  console.log(`  torchlift     ${seconds.toFixed(2)} s, ${verdict(seconds, 2)}; ${peakMb.toFixed(0)} MB, ${verdict(peakMb, 600)}`);
  console.log(`  the chain     ${theirSeconds.toFixed(1)} s, ${theirPeakMb.toFixed(0)} MB`);
  console.log(`  time          1/${faster.toFixed(1)} of the chain's, ${verdict(1 / faster, 1 / 15)}`);
  console.log(`  memory        ${memory.toFixed(3)} of the chain's, ${verdict(memory, 0.1)}`);
  writeResult('convert', {
    command: 'npm run benchmark:convert',
    seconds,
    peakMb,
    chainSeconds: theirSeconds,
    chainPeakMb: theirPeakMb,
    timesFaster: faster,
    memoryRatio: memory,
    pairs,
  });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
