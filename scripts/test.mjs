// Runs the checks and all tests, and ends with "N passed, N failed" alone on the last line.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const report = '.cache/test-report.json';
mkdirSync('.cache', { recursive: true });
rmSync(report, { force: true });

const full = process.argv.includes('--full');
const filters = process.argv.slice(2).filter((argument) => argument !== '--full');
const run = (...command) =>
  spawnSync('npx', ['--no-install', ...command], { stdio: 'inherit', env: { ...process.env, TORCHLIFT_TEST_FULL: full ? '1' : '' } }).status === 0;

const checks = [
  ['types', ['tsc', '--noEmit']],
  ['lint and import arrows', ['biome', 'check', '--error-on-warnings', '.']],
  ['unused code', ['knip']],
].map(([name, command]) => ({ name, passed: run(...command) }));
const finished = run('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters);

let tests = { numPassedTests: 0, numFailedTests: 1 };
try {
  tests = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  console.error('vitest left no report');
}
for (const { name, passed } of checks) if (!passed) console.error(`failed: ${name}`);
const passed = tests.numPassedTests + checks.filter((check) => check.passed).length;
// A file that fails before its tests start counts too.
const failed = Math.max(tests.numFailedTests, finished ? 0 : 1) + checks.filter((check) => !check.passed).length;
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
