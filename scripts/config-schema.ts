import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../src/core/package-root.ts';
import { GATEWAY_CONFIG } from '../src/gateway/config/gateway-config.ts';

/** docs/torchlift.schema.json, from the schema that the gateway itself checks by. `npm run docs` writes it; a test holds it to that. */
export function configSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(GATEWAY_CONFIG, { io: 'input' }), null, 2)}\n`;
}

if (process.argv[1]?.endsWith('config-schema.ts')) writeFileSync(join(packageRoot(), 'docs', 'torchlift.schema.json'), configSchema());
