import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';

export const BIN = join(packageRoot(), 'bin', 'torchlift.js');

export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called for every piece of standard error, with a way to send a signal. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** What takes longer hangs; a minute where omitted. */
  readonly timeoutMs?: number;
  /** Sent to the command after so long. */
  readonly signalAfter?: { readonly signal: NodeJS.Signals; readonly milliseconds: number };
}

/** Few commands in these tests take nearly so long: whatever does hangs. */
const TIMEOUT_MS = 60_000;

/** The built command as a user runs it. Throws where it hangs. */
export function runCli(args: readonly string[], { cwd, env, onStderr, signalAfter, timeoutMs = TIMEOUT_MS }: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hang = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`torchlift ${args.join(' ').slice(0, 300)} still ran after ${timeoutMs} ms`));
    }, timeoutMs);
    const signal = signalAfter && setTimeout(() => child.kill(signalAfter.signal), signalAfter.milliseconds);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onStderr?.(text, (name) => child.kill(name));
    });
    child.on('error', reject);
    child.on('close', (exitCode, ended) => {
      clearTimeout(hang);
      clearTimeout(signal);
      resolve({ exitCode, signal: ended, stdout, stderr });
    });
  });
}
