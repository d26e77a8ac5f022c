import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dense, functional, input } from '../../src/compiler/keras/testing/model-file.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { ramp } from '../../src/formats/hdf5/testing/write-h5.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import { BIN, runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('output');
const work = () => mkdtempSync(scratch.join('case-'));

let tiny: string;
/** 8 MB of weights: three times that is written. */
let medium: string;
beforeAll(async () => {
  tiny = scratch.join('tiny.h5');
  await writeKerasFile(tiny);
  medium = scratch.join('medium.h5');
  const config = functional('medium', [input('x', [null, 2048]), dense('scores', 1024, {}, [['x', 0, 0]])], [['x', 0, 0]], [['scores', 0, 0]]);
  await writeKerasFile(medium, config, { x: {}, scores: { k: ramp(2048, 1024), b: ramp(1024) } });
});

describe('where nothing can be written', () => {
  test('a path through a file', async () => {
    const cwd = work();
    writeFileSync(join(cwd, 'file'), '');
    await expectRefusal(cwd, ['convert', tiny, '-o', 'file/bundle'], { code: 'io', names: ['bundle', 'ENOTDIR'] });
    await expectRefusal(cwd, ['convert', tiny, '-o', 'file'], { code: 'bundle-exists', names: ['file'] });
    await expectRefusal(cwd, ['convert', tiny, '-o', 'file', '--force'], { code: 'bundle-exists', names: ['file', 'not a bundle'] });
  });

  test('a place where no folder can be made, and a name that is too long', async () => {
    const cwd = work();
    await expectRefusal(cwd, ['convert', tiny, '-o', '/proc/torchlift/bundle'], { code: 'io', names: ['bundle'] });
    await expectRefusal(cwd, ['convert', tiny, '-o', `made/made/${'n'.repeat(300)}/bundle`], { code: 'io', names: ['bundle', 'ENAMETOOLONG'] });
    await expectRefusal(cwd, ['convert', tiny, '-o', '/dev/null/bundle'], { code: 'io', names: ['bundle'] });
    await expectRefusal(cwd, ['convert', tiny, '-o', 'n'.repeat(250)], { code: 'io', names: ['nnn', 'ENAMETOOLONG'] });
    await expectRefusal(cwd, ['convert', tiny, '-o', 'n'.repeat(300)], { code: 'io', names: ['nnn', 'ENAMETOOLONG'] });
  });

  test('a link to a bundle is not replaced', async () => {
    const cwd = work();
    expect((await runCli(['convert', tiny, '-o', 'real'], { cwd })).exitCode).toBe(0);
    symlinkSync('real', join(cwd, 'link'));
    await expectRefusal(cwd, ['convert', tiny, '-o', 'link', '--force'], { code: 'bundle-exists', names: ['link'] });
  });

  test('files that may not grow: nothing is left, the folders above the bundle neither', async () => {
    // In blocks of 512 or 1,024 bytes, by the shell: 2 or 4 MB, and the weights are 8.
    const limited = (cwd: string, ...args: string[]) =>
      spawnSync('sh', ['-c', 'ulimit -f 4096 && exec "$@"', 'sh', process.execPath, BIN, 'convert', medium, ...args], { cwd, encoding: 'utf8' });
    const cwd = work();
    for (const formats of ['onnx', 'python', 'torchscript', 'onnx,python,torchscript']) {
      const { status, stderr } = limited(cwd, '-o', 'a/b/c/bundle', '--formats', formats);
      expect({ formats, status, stderr }).toEqual({ formats, status: 74, stderr: expect.stringContaining('EFBIG') });
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(readdirSync(cwd)).toEqual([]);
    }
    expect((await runCli(['convert', tiny, '-o', 'bundle'], { cwd })).exitCode).toBe(0);
    const before = readFileSync(join(cwd, 'bundle', 'manifest.json'));
    expect(limited(cwd, '-o', 'bundle', '--force').status).toBe(74);
    expect(readdirSync(cwd)).toEqual(['bundle']);
    expect(readFileSync(join(cwd, 'bundle', 'manifest.json'))).toEqual(before);
  });
});

const mounts: string[] = [];
/** A file system of `megabytes` in memory; undefined where this user may not mount one. */
function smallDisk(megabytes: number): string | undefined {
  const path = work();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]).status !== 0) return undefined;
  mounts.push(path);
  return path;
}
afterAll(() => {
  for (const path of mounts) spawnSync('umount', [path]);
});

test('a full disk: exit code 74, nothing is left, an existing bundle stays', async ({ skip }) => {
  const disk = smallDisk(20);
  if (disk === undefined) return skip('this user may not mount a small file system');
  for (const formats of ['onnx,python,torchscript', 'torchscript,python']) {
    // 8 MB a file: the third doesn't fit. With a smaller room neither does the first.
    const room = formats.startsWith('onnx') ? 'whole' : 'small';
    if (room === 'small') writeFileSync(join(disk, 'filler'), Buffer.alloc(15 << 20));
    const before = readdirSync(disk);
    const error = await expectRefusal(disk, ['convert', medium, '-o', 'bundle', '--formats', formats], { code: 'io', names: ['ENOSPC'] });
    expect(error.remedy).toContain('full');
    expect(readdirSync(disk)).toEqual(before);
  }
  expect((await runCli(['convert', tiny, '-o', 'bundle'], { cwd: disk })).exitCode).toBe(0);
  const manifest = readFileSync(join(disk, 'bundle', 'manifest.json'));
  await expectRefusal(disk, ['convert', medium, '-o', 'bundle', '--force'], { code: 'io', names: ['ENOSPC'] });
  expect(readFileSync(join(disk, 'bundle', 'manifest.json'))).toEqual(manifest);
});

test('a read-only file system', async ({ skip }) => {
  const disk = smallDisk(1);
  if (disk === undefined) return skip('this user may not mount a small file system');
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const error = await expectRefusal(disk, ['convert', tiny, '-o', 'bundle'], { code: 'io', names: ['EROFS'] });
  expect(error.remedy).toContain('read-only');
});

describe('beside other processes', () => {
  test('of two conversions to one place, one wins and the other says that it is taken', async () => {
    const cwd = work();
    const results = await Promise.all([1, 2, 3].map(() => runCli(['convert', medium, '-o', 'bundle'], { cwd })));
    expect(results.map(({ exitCode }) => exitCode).sort()).toEqual([0, 2, 2]);
    expect(readdirSync(cwd)).toEqual(['bundle']);
  });

  test('what a killed process left is cleared up, and the bundle it had moved aside comes back', async () => {
    const cwd = work();
    // A number above any process's.
    const dead = 99_999_999;
    expect((await runCli(['convert', tiny, '-o', 'bundle'], { cwd })).exitCode).toBe(0);
    const manifest = readFileSync(join(cwd, 'bundle', 'manifest.json'), 'utf8');
    execFileSync('mv', ['bundle', `.bundle.partial-${dead}-old`], { cwd });
    mkdirSync(join(cwd, `.bundle.partial-${dead}`));
    mkdirSync(join(cwd, `.other.partial-${dead}`));
    expect((await runCli(['convert', tiny, '-o', 'bundle'], { cwd })).exitCode).toBe(2);
    expect(readFileSync(join(cwd, 'bundle', 'manifest.json'), 'utf8')).toBe(manifest);
    expect(readdirSync(cwd).sort()).toEqual([`.other.partial-${dead}`, 'bundle']);
  });

  test('killed at any moment, the next conversion works and clears up', async () => {
    const cwd = work();
    for (const line of ['reading', 'model.onnx', 'model.pt', 'manifest.json']) {
      await runCli(['convert', medium, '-o', 'bundle', '--force'], {
        cwd,
        onStderr: (text, kill) => {
          if (text.includes(line)) kill('SIGKILL');
        },
      });
    }
    expect((await runCli(['convert', medium, '-o', 'bundle', '--force'], { cwd })).exitCode).toBe(0);
    expect(readdirSync(cwd)).toEqual(['bundle']);
  });
});

describe('output that nobody reads', () => {
  test('a reader that goes away is no error', async () => {
    for (const command of [`inspect ${medium} --json | head -c 1`, `inspect --help | head -n 1`, `convert ${medium} -o bundle --json | true`]) {
      const cwd = work();
      const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${process.execPath} ${BIN} ${command}`], { cwd, encoding: 'utf8' });
      expect({ command, status, stderr: stderr.replace(/^(reading|writing) .*\n/gm, '') }).toEqual({ command, status: 0, stderr: '' });
    }
  });

  test('messages that nobody reads do not stop the work', async () => {
    const cwd = work();
    const child = spawn(process.execPath, [BIN, 'convert', medium, '-o', 'bundle'], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(existsSync(join(cwd, 'bundle', 'manifest.json'))).toBe(true);
  });

  test('a full disk behind standard output', async ({ skip }) => {
    if (!existsSync('/dev/full')) return skip('no /dev/full on this system');
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [BIN, 'inspect', tiny], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
    closeSync(full);
    expect({ status, stderr }).toEqual({ status: 74, stderr: expect.stringContaining('ENOSPC') });
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

const inception = join(packageRoot(), 'demo', 'inception_v3', 'moderation_model.h5');

test('SIGINT at any time of a long conversion: 130, nothing left, one JSON object', async () => {
  const model = existsSync(inception) ? inception : medium;
  for (const milliseconds of [150, 400, 700, 1000, 1300, 1600, 1900]) {
    const cwd = work();
    const { exitCode, stdout } = await runCli(['convert', model, '-o', 'deep/bundle', '--json'], {
      cwd,
      signalAfter: { signal: 'SIGINT', milliseconds },
    });
    if (exitCode === 0) {
      // It was faster: then all of it is there.
      expect(readdirSync(join(cwd, 'deep', 'bundle'))).toContain('manifest.json');
      continue;
    }
    // Before Node has read our first line the signal has its usual effect.
    if (exitCode === null) {
      expect(milliseconds).toBeLessThan(1000);
    } else {
      expect({ milliseconds, exitCode }).toEqual({ milliseconds, exitCode: 130 });
      expect(JSON.parse(stdout)).toMatchObject({ schema: 1, error: { code: 'interrupted', exitCode: 130 } });
    }
    expect(readdirSync(cwd), `${milliseconds} ms`).toEqual([]);
  }
});

test('a terminal that is closed leaves nothing half-written', async () => {
  const cwd = work();
  const { exitCode } = await runCli(['convert', medium, '-o', 'bundle'], {
    cwd,
    onStderr: (text, kill) => {
      if (text.includes('model.onnx')) kill('SIGHUP');
    },
  });
  expect(exitCode).toBe(129);
  expect(readdirSync(cwd)).toEqual([]);
});
