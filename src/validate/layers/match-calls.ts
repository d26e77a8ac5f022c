import type { CallRecord } from '../../bundle/manifest.ts';

/** A call that the reference made. */
export interface RecordedCall {
  /** Every place where its layer stands; a layer may stand in several nested models. */
  readonly paths: readonly string[];
  /** Which call of this layer, from 0, in the order in which Keras ran them. */
  readonly index: number;
  readonly dtype: string;
}

/**
 * By position in `calls`, the position of the same call in `recorded`; -1 where the reference makes no such call. Keras runs no InputLayer;
 * the manifest has one where it casts.
 */
export function matchCalls(calls: readonly CallRecord[], recorded: readonly RecordedCall[]): readonly number[] {
  const positions = new Map(recorded.flatMap(({ paths, index }, position) => paths.map((path) => [`${index} ${path}`, position] as const)));
  return calls.map(({ layer, index }) => positions.get(`${index} ${layer}`) ?? -1);
}
