import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { TorchliftError } from '../../core/errors.ts';
import { readTextFile } from '../../core/read-text-file.ts';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config.ts';

const REMEDY = 'docs/torchlift.schema.json lists every key.';

/**
 * The configuration of a gateway: a `torchlift.yaml` where one is named (its paths relative to it), flags over it, defaults under it.
 * Errors: `file-not-found`, `malformed-file` (all that is wrong, each with its place), `usage` (flags).
 */
export function loadConfig(path: string | undefined, flags: Readonly<Record<string, unknown>>): GatewayConfig {
  return check({ ...(path === undefined ? {} : readFile(path)), ...flags }, 'command line', 'usage');
}

/** What a file says, its paths relative to it. */
function readFile(path: string): object {
  const file = parseYaml(readTextFile(path, REMEDY), path);
  check(file, path, 'malformed-file');
  const beside = Object.entries(file as object).flatMap(([key, said]) =>
    (PATHS as readonly string[]).includes(key) && !/^https?:/.test(said) ? [[key, resolve(dirname(path), said)]] : [],
  );
  return { ...(file as object), ...Object.fromEntries(beside) };
}

/** The reference may be an address too. */
const PATHS = ['model', 'policy', 'reference', 'keys'] as const satisfies readonly (keyof GatewayConfig)[];

function parseYaml(text: string, where: string): unknown {
  try {
    // Without aliases that unfold to gigabytes.
    return parse(text, { maxAliasCount: 0, prettyErrors: true }) ?? {};
  } catch (cause) {
    const what = `isn't YAML that is taken: ${(cause as Error).message.split('\n')[0]}`;
    throw new TorchliftError('malformed-file', { what, where, remedy: REMEDY, cause });
  }
}

function check(value: unknown, where: string, code: 'malformed-file' | 'usage'): GatewayConfig {
  const result = GATEWAY_CONFIG.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new TorchliftError(code, { what: "doesn't say what a gateway can be", where, details, remedy: REMEDY });
}
