import { spawn } from 'node:child_process';

/** Runs a script and gives what it printed; its standard error stands in the error where it fails. */
export function runPython(python: string, args: readonly string[], onLine: (line: string) => void = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_USE_LEGACY_KERAS: '1', PYTHONUNBUFFERED: '1' },
    });
    let output = '';
    let errors = '';
    let pending = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const lines = (pending + chunk.toString()).split('\n');
      pending = lines.pop() ?? '';
      lines.forEach(onLine);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${args.slice(0, 2).join(' ')} ended with ${signal ?? code}\n${output.slice(-3000)}\n${errors}`)),
    );
  });
}
