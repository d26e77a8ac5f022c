// dist/: types by the compiler, code in a few chunks by esbuild. Node takes half a second to load four hundred small modules.
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { buildSync } from 'esbuild';

// Beside its place until it is whole: a build that fails leaves the last one, and a command that runs meanwhile finds its chunks.
const partial = `dist.partial-${process.pid}`;
process.once('exit', () => rmSync(partial, { recursive: true, force: true }));
const { status } = spawnSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json', '--outDir', `${partial}/types`], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
buildSync({
  entryPoints: ['src/index.ts', 'src/cli/main.ts'],
  outdir: partial,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
rmSync('dist', { recursive: true, force: true });
renameSync(partial, 'dist');
