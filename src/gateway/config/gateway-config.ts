import { z } from 'zod';

const MIB = 1 << 20;
const path = (what: string) => z.string().min(1).describe(what);
const count = (what: string, least = 1) => z.int().min(least).describe(what);

/** What `torchlift.yaml` may say; every key has a default, an unknown one is refused. */
export const GATEWAY_CONFIG = z
  .strictObject({
    model: path("The bundle's folder.").default('moderation_model'),
    reference: path('The original .h5, or the address of the server that runs it: it answers what the model fails.').optional(),
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .describe('What clients call the model.')
      .default('moderation'),
    host: z.string().min(1).describe('Where to listen.').default('127.0.0.1'),
    port: count('Of HTTP; 0: any that is free.', 0).max(65_535).default(8080),
    adminPort: count('Of metrics, on loopback alone; 0: any that is free.', 0).max(65_535).default(9090),
    device: z.enum(['auto', 'cpu', 'cuda']).describe('Where the model runs.').default('auto'),
    policy: path("Thresholds by class, instead of the bundle's policy.").optional(),
    workers: count('Processes with the model; one for each core where omitted.').max(256).optional(),
    maxBatch: count('Rows that a worker runs at once at most.').max(1024).default(8),
    maxQueue: count('Rows that may wait for a worker.').default(1024),
    timeoutMs: count('Of requests that name no time themselves (X-Request-Timeout-Ms).').max(600_000).default(10_000),
    memoryCapMb: count('A worker that has grown larger is replaced.', 256).default(4096),
    limits: z
      .strictObject({
        imageBytes: count('Of one request to /v1/moderate.').default(20 * MIB),
        tensorBytes: count('Of one request with tensors.').default(256 * MIB),
        pixels: count('Of one image, by its header.').default(20_000_000),
        minSide: count("Of an image's shorter side, in pixels.").default(1),
      })
      .describe('Larger requests are refused.')
      .prefault({}),
    keys: path('Where torchlift keys keeps who may ask.').default('torchlift.keys.json'),
    noAuth: z.boolean().describe('Serve everyone, whatever keys there are and wherever it listens.').default(false),
    webp: z.boolean().describe('Whether WebP is taken beside JPEG, PNG, GIF and BMP.').default(false),
  })
  .describe('torchlift serve');

export type GatewayConfig = z.infer<typeof GATEWAY_CONFIG>;
