/** npm run benchmark:convert: the 227 MB InceptionV3 to all artefacts, against tf2onnx → onnx2torch → torch.jit.trace, in pairs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';
import { version } from '../../src/core/version.ts';
import { pythonOver } from '../../test/support/python-environments.ts';
import { iterations } from '../measure/iterations.ts';
import { realModel } from '../measure/real-model.ts';
import { machine, median, verdict, writeResult } from '../measure/report.ts';
import { type ProcessCost, wholeProcess } from '../measure/whole-process.ts';

const PAIRS = iterations(5);

const h5 = await realModel('inception_v3');
const here = join(packageRoot(), 'benchmarks', 'convert');
// Two environments: TensorFlow 2.10 and today's onnx want different protobufs.
const exporter = await pythonOver('tensorflow', 'peer-tf2onnx', join(here, 'tf2onnx.txt'));
const importer = await pythonOver('torch', 'peer-onnx2torch', join(here, 'onnx2torch.txt'), ['--no-deps']);
const scratch = mkdtempSync(join(tmpdir(), 'torchlift-benchmark-'));

/** Versions of those of the packages that an environment has. */
function versionsOf(python: string, packages: readonly string[]): Record<string, string> {
  const script = 'import json, sys, importlib.metadata as m; v = {d.metadata["Name"]: d.version for d in m.distributions()}';
  const print = 'print(json.dumps({name: v[name] for name in sys.argv[1:] if name in v}))';
  return JSON.parse(execFileSync(python, ['-c', `${script}\n${print}`, ...packages], { encoding: 'utf8' })) as Record<string, string>;
}

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
  // Warms the page cache for both, and leaves Python's compiled modules.
  ours();
  theirs();
  const pairs: { ours: ProcessCost; theirs: ProcessCost }[] = [];
  for (let pair = 0; pair < PAIRS; pair++) pairs.push({ ours: ours(), theirs: theirs() });
  const seconds = median(pairs.map((pair) => pair.ours.seconds));
  const peakMb = median(pairs.map((pair) => pair.ours.peakBytes)) / 1e6;
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
    versions: {
      torchlift: version(),
      ...versionsOf(exporter, ['tensorflow-cpu', 'tensorflow', 'tensorflow-macos', 'tf2onnx', 'onnx']),
      ...versionsOf(importer, ['torch', 'onnx2torch']),
    },
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
