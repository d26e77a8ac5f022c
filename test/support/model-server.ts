import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';
import { tensorflowPython } from './python-environments.ts';

/** `model_server.py` with a Keras file: its address, and how to end it. */
export async function startModelServer(model: string): Promise<{ readonly origin: string; stop(): void }> {
  const server = spawn(await tensorflowPython(), [join(packageRoot(), 'test/support/model_server.py'), model], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    server.once('exit', () => reject(new Error('the model server ended')));
  });
  return { origin: `http://127.0.0.1:${port}`, stop: () => void server.kill() };
}
