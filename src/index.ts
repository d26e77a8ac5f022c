/** Torchlift's programming interface: the commands as functions, without output and without exit codes. */
export type { Manifest } from './bundle/manifest.ts';
export { type ConvertOptions, type ConvertResult, convert } from './convert/convert.ts';
export { type Inspection, inspect } from './convert/inspect.ts';
export { type ErrorCode, TorchliftError } from './core/errors.ts';
