import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../bundle/replace-file.ts';

const SCHEMA = 1;
const FILE = 'migration.json';

/** What is known of a step: what it was begun with, and, once it was done, when. */
interface StepRecord {
  /** SHA-256 of what it depends on. */
  readonly inputs: string;
  /** ISO 8601, UTC; null while it runs, and after it was killed or failed. */
  readonly finished: string | null;
}

/** Which steps of a migration were begun and finished, in `migration.json` of its folder; every change is written at once, by a rename. */
export class MigrationRecord {
  readonly #path: string;
  readonly #steps: Map<string, StepRecord>;

  private constructor(path: string, steps: Map<string, StepRecord>) {
    this.#path = path;
    this.#steps = steps;
  }

  /** Of a new folder, or with a file that can't be understood, nothing is known: every step is done again. */
  static open(folder: string): MigrationRecord {
    const path = join(folder, FILE);
    return new MigrationRecord(path, existsSync(path) ? parse(readFileSync(path, 'utf8')) : new Map());
  }

  wasBegun(step: string): boolean {
    return this.#steps.has(step);
  }

  isFinished(step: string, inputs: string): boolean {
    const known = this.#steps.get(step);
    return known?.inputs === inputs && known.finished !== null;
  }

  begin(step: string, inputs: string): void {
    this.#write(step, { inputs, finished: null });
  }

  finish(step: string, inputs: string): void {
    this.#write(step, { inputs, finished: new Date().toISOString() });
  }

  #write(step: string, record: StepRecord): void {
    this.#steps.set(step, record);
    replaceFile(this.#path, `${JSON.stringify({ schema: SCHEMA, steps: Object.fromEntries(this.#steps) }, null, 1)}\n`);
  }
}

function parse(text: string): Map<string, StepRecord> {
  let json: { schema?: unknown; steps?: Record<string, Partial<StepRecord> | null> } | null;
  try {
    json = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (json?.schema !== SCHEMA || typeof json.steps !== 'object' || json.steps === null) return new Map();
  return new Map(
    Object.entries(json.steps).flatMap(([step, record]) =>
      typeof record?.inputs === 'string' ? [[step, { inputs: record.inputs, finished: record.finished ?? null }] as const] : [],
    ),
  );
}
