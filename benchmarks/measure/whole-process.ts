import { execFileSync } from 'node:child_process';

export interface ProcessCost {
  readonly seconds: number;
  /** Largest resident size of the process. */
  readonly peakBytes: number;
}

/** The operating system's own account of a finished child; Python is there wherever Torchlift runs. */
const WRAPPER = `
import json, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
seconds = time.perf_counter() - started
if code.returncode: sys.exit(code.stderr.decode()[-2000:])
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit}))
`;

/** Runs a command to its end: wall seconds with its start, and peak memory. Throws with the end of its standard error where it fails. */
export function wholeProcess(command: readonly string[], env: NodeJS.ProcessEnv = {}): ProcessCost {
  return JSON.parse(execFileSync('python3', ['-c', WRAPPER, ...command], { encoding: 'utf8', env: { ...process.env, ...env } })) as ProcessCost;
}
