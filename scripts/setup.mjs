// Installs the npm packages where they are missing or older than the lock file, and builds. Runs before anything is installed,
// so it is plain JavaScript without imports of ours. `npm ci` itself builds (the `prepare` script).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Torchlift needs Node 20.19 or later; this is ${process.version}.`);
  process.exit(7);
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newest(folder) {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : modified(path);
    }),
  );
}

function run(...command) {
  console.error(`$ ${command.join(' ')}`);
  const { status } = spawnSync(command[0], command.slice(1), { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const installed = modified('node_modules/.package-lock.json');
if (installed === 0 || installed < modified('package-lock.json')) run('npm', 'ci');
else if (Math.max(newest('src'), newest('examples')) > modified('dist/cli/main.js')) run('npm', 'run', 'build');
