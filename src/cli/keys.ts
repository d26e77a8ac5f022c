import type { Command } from 'commander';
import { TorchliftError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { KEY_SCOPES, type KeyScope } from '../gateway/keys/key-scopes.ts';
import { listOf, wholeNumber } from './parse-options.ts';

const EXAMPLES = `
Examples:
  $ torchlift keys create uploader --scope infer
  $ torchlift keys create prometheus --scope metrics --days 365
  $ torchlift keys rotate 1f0c9a4b7d21 --overlap 24
  $ torchlift keys list

A key is shown once, and kept as a hash. A running gateway takes notice of changes within a second. With the first key made,
every request needs one: Authorization: Bearer <key>.`;

const FILE = 'torchlift.keys.json';

interface Flags {
  keys: string;
  json?: boolean;
}

/** `torchlift keys`: who may ask a gateway what. */
export function register(program: Command): void {
  const keys = program.command('keys').description('API keys of a gateway: create, list, rotate, revoke.').addHelpText('after', EXAMPLES);
  const sub = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option('--keys <file>', 'where they are kept', FILE)
      .option('--json', 'print the result as one JSON object');

  sub('create <name>', 'make a key')
    .option('--scope <list>', `what it allows: ${KEY_SCOPES.join(', ')}`, listOf(KEY_SCOPES))
    .option('--days <count>', 'until it expires (default: never)', (text: string) => wholeNumber(text))
    .action(async (name: string, { keys: path, json, scope = ['infer'], days }: Flags & { scope?: readonly KeyScope[]; days?: number }) => {
      const [{ makeKey }, { readKeys, writeKeys }] = await load();
      const { token, record } = makeKey({ name, scopes: scope, expires: days === undefined ? null : inHours(24 * days) });
      writeKeys(path, [...readKeys(path), record]);
      print(json, { schema: 1, token, ...withoutHash(record) }, `${token}\n  ${describe(record)}\n  It is shown this once.\n`);
    });

  sub('list', 'say which there are').action(async ({ keys: path, json }: Flags) => {
    const [, { readKeys }] = await load();
    const records = readKeys(path);
    print(json, { schema: 1, keys: records.map(withoutHash) }, records.length === 0 ? 'no keys\n' : `${records.map(describe).join('\n')}\n`);
  });

  sub('rotate <id>', 'make another key with the same name and scopes; the old one goes on for a while')
    .option('--overlap <hours>', 'how long the old one is still taken', (text: string) => wholeNumber(text, 0), 24)
    .action(async (id: string, { keys: path, json, overlap }: Flags & { overlap: number }) => {
      const [{ makeKey }, { readKeys, writeKeys }] = await load();
      const records = readKeys(path);
      const old = find(records, id, path);
      const { token, record } = makeKey({ name: old.name, scopes: old.scopes, expires: null });
      const ends = inHours(overlap).toISOString();
      const ending = { ...old, expires: old.expires !== null && old.expires < ends ? old.expires : ends };
      writeKeys(path, [...records.map((each) => (each.id === id ? ending : each)), record]);
      print(
        json,
        { schema: 1, token, ...withoutHash(record), replaces: withoutHash(ending) },
        `${token}\n  ${describe(record)}\n  ${describe(ending)}\n`,
      );
    });

  sub('revoke <id>', 'take a key away at once').action(async (id: string, { keys: path, json }: Flags) => {
    const [, { readKeys, writeKeys }] = await load();
    const records = readKeys(path);
    const gone = find(records, id, path);
    const left = records.filter((each) => each.id !== id);
    // Without any, everything would be open again.
    if (left.length === 0) {
      throw new TorchliftError('usage', {
        what: `${id} is the last key: without it every request would be allowed`,
        where: path,
        remedy: 'Create another one first, or remove the file where that is meant.',
      });
    }
    writeKeys(path, left);
    print(json, { schema: 1, revoked: withoutHash(gone) }, `revoked: ${describe(gone)}\n`);
  });
}

function load() {
  return Promise.all([import('../gateway/keys/api-key.ts'), import('../gateway/keys/key-file.ts')]);
}

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly created: string;
  readonly expires: string | null;
}

function withoutHash({ id, name, scopes, created, expires }: Shown): Shown {
  return { id, name, scopes, created, expires };
}

function describe({ id, name, scopes, expires }: Shown): string {
  return `${id}  ${name}  ${scopes.join(', ')}  ${expires === null ? 'never expires' : `expires ${expires}`}`;
}

function find<Record extends Shown>(records: readonly Record[], id: string, where: string): Record {
  const found = records.find((each) => each.id === id);
  if (found === undefined) throw new TorchliftError('usage', { what: `there is no key ${id}`, where, remedy: 'See torchlift keys list.' });
  return found;
}

function inHours(hours: number): Date {
  return new Date(Date.now() + hours * 3_600_000);
}

function print(json: boolean | undefined, object: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(object)}\n` : printable(text, { lines: true }));
}
