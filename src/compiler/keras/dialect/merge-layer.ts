/** Keras 1's `Merge`, which Keras 2.0 still saved: one class for what are now several. Its `mode` as a function is code, not data. */
const MODES: Readonly<Record<string, string>> = {
  ave: 'Average',
  concat: 'Concatenate',
  dot: 'Dot',
  max: 'Maximum',
  mul: 'Multiply',
  sum: 'Add',
};

/** The modern class and options of a `Merge`; undefined where it has none (`cos`, a function). */
export function modernMerge(config: Readonly<Record<string, unknown>>): { className: string; config: Readonly<Record<string, unknown>> } | undefined {
  const { mode } = config;
  const className = typeof mode === 'string' && Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (className === undefined) return undefined;
  if (className === 'Concatenate') return { className, config: { ...config, axis: config.concat_axis ?? -1 } };
  if (className === 'Dot') return { className, config: { ...config, axes: config.dot_axes ?? -1, normalize: false } };
  return { className, config };
}
