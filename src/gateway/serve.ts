import type { FastifyInstance } from 'fastify';
import { readManifest, verifiedArtefact } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import { createDecider } from '../policy/create-decider.ts';
import { findHeads } from '../policy/find-heads.ts';
import { policyOf } from '../policy/policy-of.ts';
import { oneRow, openArms } from './arms/open-arms.ts';
import type { GatewayConfig } from './config/gateway-config.ts';
import { adminRoutes } from './http/admin-routes.ts';
import { type Answered, createHttpServer } from './http/create-http-server.ts';
import { healthRoutes } from './http/health-routes.ts';
import { moderateRoutes } from './http/moderate-routes.ts';
import { openInferenceRoutes } from './http/open-inference-routes.ts';
import { openApiRoutes } from './http/openapi/openapi-routes.ts';
import { tfServingRoutes } from './http/tf-serving-routes.ts';
import { authorize } from './keys/authorize.ts';
import { readKeys, watchKeys } from './keys/key-file.ts';
import { Models } from './models.ts';
import { GatewayMetrics } from './observe/gateway-metrics.ts';
import { ServedModel, scoresOf } from './served-model.ts';

export interface ServeEvents {
  /** For people, while it starts and when something happens to it. */
  readonly onLine: (line: string) => void;
  readonly onAnswer: (answered: Answered) => void;
}

export interface Gateway {
  readonly port: number;
  readonly adminPort: number;
  readonly workerPids: readonly number[];
  /** Takes nothing new, answers what was accepted, ends the workers. */
  close(): Promise<void>;
}

/** What nobody configured may see. */
const LOOPBACK = '127.0.0.1';

/** Our own question, asked before anybody else's. */
const UNHURRIED = { client: '', deadline: Number.MAX_SAFE_INTEGER, signal: new AbortController().signal };

/** What can be found wrong without starting anything: the bundle, its files' hashes, the policy, that nobody is kept out of what all can reach. Errors: those of their readers. */
export function checkServed({ model: bundle, policy: policyPath, host, noAuth, keys }: GatewayConfig) {
  const manifest = readManifest(bundle);
  const policy = policyOf(policyPath, manifest);
  const [model, preprocess] = [verifiedArtefact(bundle, manifest, 'model.pt'), verifiedArtefact(bundle, manifest, 'preprocess.py')];
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (!isLoopback && !noAuth && readKeys(keys).length === 0) {
    throw new TorchliftError('usage', {
      what: 'would serve everyone who can reach it: there is no API key',
      where: `--host ${host}`,
      remedy: 'Make a key with torchlift keys create <name>, or say --no-auth where another server in front asks for one.',
    });
  }
  return { manifest, policy, model, preprocess };
}

/** Serves a bundle by all its contracts, ready when this resolves. Errors: as of `checkServed`, of the workers, `io` (a port is taken). */
export async function serve(config: GatewayConfig, { onLine, onAnswer }: ServeEvents): Promise<Gateway> {
  const { name, limits } = config;
  const { manifest, policy, model, preprocess } = checkServed(config);
  const keys = watchKeys(config.keys, (error) => onLine(`the keys stay as they were: ${(error as Error).message}`));
  const metrics = new GatewayMetrics();
  const { arms, workerPids } = await openArms({ config, manifest, model, preprocess, metrics, onLine });
  const servers: FastifyInstance[] = [];
  let isStopping = false;
  const close = async () => {
    isStopping = true;
    await Promise.all(servers.map((server) => server.close()));
    await arms.close();
  };
  try {
    const row = oneRow(manifest);
    const seen = row === undefined ? [] : (await arms.answerRows(row.inputs, UNHURRIED)).outputs.map(scoresOf);
    const heads = findHeads(manifest.outputs, manifest.classes, seen);
    const decide = createDecider(heads, policy);
    const sha256 = manifest.artefacts['model.pt']?.sha256 ?? '';
    const imageLimits = { maxPixels: limits.pixels, minSide: limits.minSide, webp: config.webp };
    const onNotInspected = (format: string, reason: string) => metrics.notInspected(format, reason);
    const models = new Models([
      new ServedModel({ name, version: 1, manifest, sha256, heads, policy, decide, limits: imageLimits, arms, onNotInspected }),
    ]);
    const listen = async (routes: Parameters<typeof createHttpServer>[0]['routes'], host: string, port: number) => {
      const server = createHttpServer({
        ...{ routes, timeoutMs: config.timeoutMs, identify: (caller, scope) => authorize(caller, scope, keys(), config.noAuth) },
        isStopping: () => isStopping,
        onAnswer: (answered) => {
          metrics.answered(answered.route, answered.status, answered.milliseconds);
          onAnswer(answered);
        },
      });
      servers.push(server);
      return listenOn(server, host, port);
    };
    const routes = [
      ...moderateRoutes(models, limits.imageBytes),
      ...tfServingRoutes(models, limits.tensorBytes),
      ...openInferenceRoutes(models, limits.tensorBytes),
      ...healthRoutes(models, () => isStopping),
    ];
    const adminPort = await listen([...adminRoutes(metrics), ...healthRoutes(models, () => isStopping)], LOOPBACK, config.adminPort);
    const port = await listen([...routes, ...openApiRoutes(routes, models)], config.host, config.port);
    return {
      ...{ port, adminPort, close },
      get workerPids() {
        return workerPids();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The port that it got. */
async function listenOn(server: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'EADDRINUSE' ? 'the port is taken' : `can't listen (${code})`;
    throw new TorchliftError('io', { what, where: `${host}:${port}`, remedy: 'Give another port, or end what uses it.', cause });
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
