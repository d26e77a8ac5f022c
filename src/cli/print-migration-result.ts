import { relative } from 'node:path';
import { MIGRATION_SCHEMA } from '../bundle/evidence/migration-evidence.ts';
import { printable } from '../core/printable.ts';
import { migrationText } from '../report/migration/migration-text.ts';
import type { MigrationResult } from './migrate/run-migration.ts';

/** A migration's result on standard output, as text or as one JSON object, and in the exit code. */
export function printMigrationResult({ evidence, ...result }: MigrationResult, json: boolean): void {
  const here = (path: string) => relative(process.cwd(), path);
  process.stdout.write(
    json
      ? `${JSON.stringify({ schema: MIGRATION_SCHEMA, kind: 'migration', ...result, ...evidence })}\n`
      : printable(`${migrationText(evidence)}\n  the bundle    ${here(result.bundle)}\n  the report    ${here(result.report)}\n`, { lines: true }),
  );
  if (!result.passed) process.exitCode = 1;
}
