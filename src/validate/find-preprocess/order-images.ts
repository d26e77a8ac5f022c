/** Images in the order in which they are asked, those that tell most first: whose answers differ most between pipelines. */
export interface ImageOrder {
  /** What its EXIF block turns would hide all else as long as the orientation isn't known; those come last. */
  readonly straightFirst: readonly number[];
  /** Every third one is turned, as long as there are any. */
  readonly mixed: readonly number[];
}

/** `images`: how far their answers lie apart, and whether they are turned. */
export function orderImages(images: readonly { readonly spread: number; readonly turned: boolean }[]): ImageOrder {
  const order = images.map((each, image) => ({ ...each, image })).sort((a, b) => b.spread - a.spread);
  const [straight, turned] = [false, true].map((wanted) => order.filter((each) => each.turned === wanted).map(({ image }) => image)) as [
    number[],
    number[],
  ];
  const straightFirst = [...straight, ...turned];
  const mixed: number[] = [];
  while (straight.length + turned.length > 0) mixed.push(...straight.splice(0, 2), ...turned.splice(0, 1));
  return { straightFirst, mixed };
}
