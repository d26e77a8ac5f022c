import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('package');
const node = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: scratch.join('app'), encoding: 'utf8' });

/** The package as npm would publish it, unpacked where an app's dependencies lie; its own are those installed here. */
beforeAll(async () => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', scratch.path], { cwd: packageRoot() });
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  mkdirSync(scratch.join('app', 'node_modules'), { recursive: true });
  execFileSync('tar', ['-xzf', `torchlift-${version}.tgz`], { cwd: scratch.path });
  execFileSync('mv', ['package', 'app/node_modules/torchlift'], { cwd: scratch.path });
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(scratch.join('app', 'node_modules', name), '..'), { recursive: true });
    symlinkSync(join(packageRoot(), 'node_modules', name), scratch.join('app', 'node_modules', name));
  }
  writeFileSync(scratch.join('app', 'package.json'), '{"type": "module"}');
  await writeKerasFile(scratch.join('app', 'tiny.h5'));
}, 60_000);

describe('the published package', () => {
  test('has a command that works outside of this repository', () => {
    const bin = 'node_modules/torchlift/bin/torchlift.js';
    expect(node(bin, 'convert', 'tiny.h5', '-o', 'by-command')).toContain('model.safetensors');
    expect(JSON.parse(node(bin, 'inspect', 'by-command', '--json'))).toMatchObject({ format: 'onnx', parameters: { total: 23 } });
  });

  test('has an interface that works, and errors that are told apart', () => {
    const script = `
      import { convert, inspect, TorchliftError } from 'torchlift';
      const lines = [];
      const { bundle, manifest } = await convert('tiny.h5', { output: 'by-api', onProgress: (line) => lines.push(line), precisions: ['bf16'] });
      const { parameters } = await inspect(bundle + '/model.onnx');
      const refusals = [];
      for (const attempt of [
        () => convert('tiny.h5', { output: 'by-api' }),
        () => convert('none.h5'),
        () => convert('a\\0b.h5'),
        () => convert('tiny.h5', { output: 'other', formats: ['tflite'] }),
        () => convert('tiny.h5', { output: 'other', precisions: ['int3'] }),
        () => convert('tiny.h5', { output: 'other', classes: ['one'] }),
        () => inspect('package.json'),
      ]) {
        try {
          await attempt();
        } catch (error) {
          refusals.push([error instanceof TorchliftError, error.code, error.exitCode, typeof error.remedy]);
        }
      }
      console.log(JSON.stringify({ bundle, files: Object.keys(manifest.artefacts).sort(), parameters, progress: lines.length > 3, refusals }));
    `;
    writeFileSync(scratch.join('app', 'script.js'), script);
    expect(JSON.parse(node('script.js'))).toEqual({
      bundle: scratch.join('app', 'by-api'),
      files: ['model.bf16.pt', 'model.onnx', 'model.pt', 'model.py', 'model.safetensors'],
      parameters: { total: 23, trainable: 23, nonTrainable: 0 },
      progress: true,
      refusals: [
        [true, 'bundle-exists', 2, 'string'],
        [true, 'file-not-found', 2, 'string'],
        [true, 'file-not-found', 2, 'string'],
        [true, 'usage', 2, 'string'],
        [true, 'usage', 2, 'string'],
        [true, 'usage', 2, 'string'],
        [true, 'not-a-model', 5, 'string'],
      ],
    });
  });

  test('has types that a strict compiler takes, and sees a wrong option with', () => {
    const compile = (name: string, text: string) => {
      writeFileSync(scratch.join('app', name), text);
      const tsc = join(packageRoot(), 'node_modules', 'typescript', 'bin', 'tsc');
      const options = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--typeRoots',
        join(packageRoot(), 'node_modules/@types'),
      ];
      try {
        return node(tsc, ...options, name);
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    };
    const head = `import { convert, inspect, TorchliftError, type Manifest, type ErrorCode } from 'torchlift';\n`;
    const sound = `const { manifest } = await convert('m.h5', { classes: ['a', 'b'], formats: ['onnx'] });
      const copy: Manifest = manifest; const total: number = (await inspect('m.h5')).parameters.total; const code: ErrorCode = 'io'; export { copy, total, code, TorchliftError };`;
    expect(compile('sound.ts', head + sound)).toBe('');
    expect(compile('wrong.ts', `${head}await convert('m.h5', { formats: ['tflite'] }); export { inspect };`)).toContain('tflite');
  });
});
