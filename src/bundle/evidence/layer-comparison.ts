/** What `validate --layers` found: every call of the converted model, in the order in which Keras runs them. */
export interface LayerComparison {
  readonly layers: readonly LayerRecord[];
  /** The name of the first call that is further from the reference than rounding explains, or null; and its place in `layers`. */
  readonly firstDivergence: string | null;
  readonly firstDivergenceAt: number | null;
  /** Calls of the bundle that the reference doesn't make: it isn't the model that was converted. */
  readonly unmatched: readonly string[];
}

export type LayerRecord = ComparedLayer | AbsorbedLayer;

interface LayerCall {
  /** Path of the layer, nested models joined by `/`. */
  readonly name: string;
  /** Which call of it, from 0. */
  readonly index: number;
  readonly className: string;
}

export interface ComparedLayer extends LayerCall {
  /** Null where it is infinite: a NaN or an infinity that the other side doesn't have there, or another shape. */
  readonly maxAbsoluteDifference: number | null;
  /** That, over the largest magnitude in the reference's tensor, or over a millionth of the call's before it, if that is larger. */
  readonly maxRelativeDifference: number | null;
  /** The root of the mean square of the difference over that of the reference's tensor, with the same lower bound. */
  readonly relativeDistance: number | null;
  /** Of both as vectors; null where one of them is all zeros. */
  readonly cosine: number | null;
}

/** Folded into another call: a convolution into the BatchNormalization behind it. Its own value doesn't exist any more. */
export interface AbsorbedLayer extends LayerCall {
  readonly absorbedBy: string;
}
