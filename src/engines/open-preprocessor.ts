import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWorker } from './load-worker.ts';
import { ensureRuntime, type Progress } from './runtimes/ensure-runtime.ts';
import type { Supervision } from './supervised-worker.ts';
import type { Tensor } from './tensor.ts';

/** What became of one image. `flags`: what a reader should know of it, such as damage that the decoder passed over. */
export type PreparedImage =
  | { readonly ok: true; readonly row: Tensor; readonly flags: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** What several pipelines make of one image. */
export interface Variants {
  /** By key, every row [height, width, 3] once. */
  readonly rows: ReadonlyMap<string, Tensor>;
  /** For each pipeline the key of its row, the same for the same row of any image; undefined where it can't prepare the image. */
  readonly keys: readonly (string | undefined)[];
}

export interface PreprocessorOptions {
  /** Path of a `preprocess.py` whose hash was verified; null where only `variants` is used. */
  readonly source: string | null;
  /** Images decoded at once; 1 where omitted. */
  readonly threads?: number;
  readonly supervision?: Supervision;
  readonly progress: Progress;
}

/** Images' bytes → what the model sees, in a process of its own: no decoder runs in ours. */
export interface Preprocessor {
  readonly pid: number;
  /** It is gone; what it is asked now fails. */
  readonly ended: boolean;
  /** One row [1, …] for each image, or why there is none; one bad image fails alone. */
  run(images: readonly Uint8Array[]): Promise<readonly PreparedImage[]>;
  /** The images' pixels [H, W, 3], before anything else; `decoder`: the one that the pipeline has. */
  decode(images: readonly Uint8Array[], decoder: string): Promise<readonly PreparedImage[]>;
  /** The sha256 of what `decode` gives, without sending it; undefined where an image can't be decoded. */
  hashPixels(images: readonly Uint8Array[], decoder: string): Promise<readonly (string | undefined)[]>;
  /** One image under several pipelines. What images of the same bytes have in common is kept from call to call, within a limit. */
  variants(image: Uint8Array, pipelines: readonly unknown[], height: number, width: number): Promise<Variants>;
  /** sha256 of what the pipeline makes of each probe image that comes with the package, by file name. */
  probe(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
  /** Ends it at once; whatever waits for an answer fails. */
  kill(why: string): void;
}

/** Starts the host, in the torch runtime. Errors: `runtime-unavailable`, `io` (pip), `worker-failed`. */
export function openPreprocessor(options: PreprocessorOptions): Promise<Preprocessor> {
  return open(options, () => {});
}

async function open({ source, threads, supervision, progress }: PreprocessorOptions, onClosed: () => void): Promise<Preprocessor> {
  const runtime = await ensureRuntime('torch', progress);
  const load = { model: source, threads: threads ?? 1 };
  const { worker } = await loadWorker({ engine: 'preprocess', python: runtime.python, load, supervision });
  const request = (method: string, options: Readonly<Record<string, unknown>>, images: readonly Uint8Array[]) =>
    worker.request(
      method,
      options,
      images.map((data): Tensor => ({ dtype: 'uint8', shape: [data.byteLength], data })),
    );
  const ask = async (method: string, options: Readonly<Record<string, unknown>>, images: readonly Uint8Array[]) => {
    const { header, tensors } = await request(method, options, images);
    return pair(header.images as readonly Report[], tensors);
  };
  return {
    get pid() {
      return worker.pid;
    },
    get ended() {
      return worker.ended;
    },
    run: (images) => ask('run', {}, images),
    decode: (images, decoder) => ask('decode', { decoder }, images),
    hashPixels: async (images, decoder) => {
      const { header } = await request('pixels', { decoder }, images);
      return (header.images as readonly { readonly pixels?: string }[]).map(({ pixels }) => pixels);
    },
    variants: async (image, pipelines, height, width) => {
      const { header, tensors } = await request('variants', { pipelines, height, width }, [image]);
      const keys = (header.images as readonly { readonly key?: string }[]).map(({ key }) => key);
      const unique = [...new Set(keys.filter((key) => key !== undefined))];
      return { keys, rows: new Map(unique.map((key, index) => [key, tensors[index] as Tensor])) };
    },
    probe: async () => (await worker.request('probe', {}, [])).header.probes as Readonly<Record<string, string>>,
    close: () => worker.close().finally(onClosed),
    kill: (why) => worker.kill(why),
  };
}

/** As `openPreprocessor`, of a pipeline's source text, which no file holds yet; a temporary one does until `close`. */
export async function openPrintedPreprocessor(text: string, options: Omit<PreprocessorOptions, 'source'>): Promise<Preprocessor> {
  const folder = mkdtempSync(join(tmpdir(), 'torchlift-'));
  const remove = () => {
    process.removeListener('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    const source = join(folder, 'preprocess.py');
    writeFileSync(source, text);
    return await open({ source, ...options }, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

type Report = { readonly error: string } | { readonly flags: readonly string[] };

function pair(reports: readonly Report[], rows: readonly Tensor[]): readonly PreparedImage[] {
  let next = 0;
  return reports.map((report) =>
    'error' in report ? { ok: false, message: report.error } : { ok: true, row: rows[next++] as Tensor, flags: report.flags },
  );
}
