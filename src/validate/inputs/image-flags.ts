/** As many as are worth reading. */
const LISTED = 20;

/** Collects what the decoders passed over (damage, say), for the warnings of a validation. */
export function imageFlags() {
  const listed: string[] = [];
  let total = 0;
  return {
    add: (image: string, flags: readonly string[]) => {
      if (flags.length === 0) return;
      total += 1;
      if (listed.length < LISTED) listed.push(`${image}: ${flags.join('; ')}`);
    },
    warnings: (): readonly string[] => (total > listed.length ? [...listed, `and ${total - listed.length} more images with such flags`] : listed),
  };
}
