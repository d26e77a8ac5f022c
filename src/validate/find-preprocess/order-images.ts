/**
 * The images that tell most come first: those whose answers differ most between pipelines, and that more frames than one can be put into. One
 * that its EXIF block turns would hide the rest until the orientation is known, so those wait until fewer pipelines are left.
 */
export function orderImages(images: readonly { readonly spread: number; readonly frames: number; readonly turned: boolean }[]): readonly number[] {
  const order = images
    .map(({ spread, frames, turned }, image) => ({ image, turned, telling: spread * (frames + 1) }))
    .sort((a, b) => b.telling - a.telling);
  const straight = order.filter(({ turned }) => !turned);
  const turned = order.filter((each) => each.turned);
  const merged = straight.slice(0, STRAIGHT_FIRST);
  const rest = straight.slice(STRAIGHT_FIRST);
  while (rest.length + turned.length > 0) merged.push(...turned.splice(0, 1), ...rest.splice(0, 2));
  return merged.map(({ image }) => image);
}

const STRAIGHT_FIRST = 3;
