/** A load generator in a process of its own: `load.ts URL closed CONCURRENCY SECONDS | open RATE SECONDS`, images from FOLDER; prints JSON. */
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { percentile } from '../../src/statistics/percentile.ts';

const [url = '', kind = '', amount = '', seconds = '', folder = '', form = 'raw'] = process.argv.slice(2);
const BOUNDARY = 'torchlift-benchmark';
const bodies = readdirSync(folder)
  .sort()
  .map((file) => bodyOf(readFileSync(join(folder, file))));
const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
const address = new URL(url);
const contentType = form === 'form' ? `multipart/form-data; boundary=${BOUNDARY}` : 'image/jpeg';
const latencies: number[] = [];
let [next, failures] = [0, 0];

function bodyOf(image: Buffer): Buffer {
  if (form !== 'form') return image;
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="request"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), image, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** Timed from when it was meant to be sent, so that a server that stalls can't hide it (coordinated omission). */
function ask(intended: number): Promise<void> {
  return new Promise((resolve) => {
    const body = bodies[next++ % bodies.length] as Buffer;
    const headers = { 'content-type': contentType, 'content-length': body.byteLength };
    const sent = request({ agent, host: address.hostname, port: address.port, path: address.pathname, method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) latencies.push(performance.now() - intended);
        else failures += 1;
        resolve();
      });
    });
    sent.on('error', () => {
      failures += 1;
      resolve();
    });
    sent.end(body);
  });
}

const started = performance.now();
const end = started + 1e3 * Number(seconds);
if (kind === 'closed') {
  await Promise.all(
    Array.from({ length: Number(amount) }, async () => {
      while (performance.now() < end) await ask(performance.now());
    }),
  );
} else {
  const asked: Promise<void>[] = [];
  // Poisson: whoever asks knows nothing of the others.
  const gap = () => (-Math.log(1 - Math.random()) * 1e3) / Number(amount);
  for (let due = started; due < end; due += gap()) {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    asked.push(ask(due));
  }
  await Promise.all(asked);
}
const took = (performance.now() - started) / 1e3;
latencies.sort((left, right) => left - right);
const at = (percent: number) => (latencies.length === 0 ? null : percentile(latencies, percent));
console.log(JSON.stringify({ perSecond: latencies.length / took, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), failures }));
process.exit(0);
