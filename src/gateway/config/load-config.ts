import { parse, YAMLError } from 'yaml';
import { TorchliftError } from '../../core/errors.ts';
import { readTextFile } from '../../core/read-text-file.ts';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config.ts';

const REMEDY = 'docs/torchlift.schema.json lists every key.';

/**
 * The configuration of a gateway: a `torchlift.yaml` where one is named, flags over it, defaults under it.
 * Errors: `file-not-found`, `malformed-file` (all that is wrong, each with its place), `usage` (flags).
 */
export function loadConfig(path: string | undefined, flags: Readonly<Record<string, unknown>>): GatewayConfig {
  const file = path === undefined ? {} : parseYaml(readTextFile(path, REMEDY), path);
  if (path !== undefined) check(file, path, 'malformed-file');
  return check({ ...(file as object), ...flags }, 'command line', 'usage');
}

function parseYaml(text: string, where: string): unknown {
  try {
    // Without aliases that unfold to gigabytes.
    return parse(text, { maxAliasCount: 0, prettyErrors: true }) ?? {};
  } catch (cause) {
    const what = cause instanceof YAMLError ? `isn't YAML: ${cause.message.split('\n')[0]}` : String(cause);
    throw new TorchliftError('malformed-file', { what, where, remedy: REMEDY, cause });
  }
}

function check(value: unknown, where: string, code: 'malformed-file' | 'usage'): GatewayConfig {
  const result = GATEWAY_CONFIG.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new TorchliftError(code, { what: "doesn't say what a gateway can be", where, details, remedy: REMEDY });
}
