import { CHART } from './frame.ts';

/** Of the thickest lane in pixels: a few are not drawn as walls. */
const MOST = 66;

/** Horizontal lanes below each other: where the words of the lane stand, and what is drawn below them. */
export function lanes(count: number): readonly { readonly words: number; readonly top: number; readonly bottom: number }[] {
  const height = Math.min((CHART.bottom - CHART.top) / Math.max(count, 1), MOST);
  return Array.from({ length: count }, (_, index) => {
    const start = CHART.top + index * height;
    return { words: start + 11, top: start + 15, bottom: start + height - 4 };
  });
}
