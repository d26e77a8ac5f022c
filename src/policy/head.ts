/**
 * What the scores of an output are, which says how a decision is read from them:
 * - `softmax`: shares of one whole, the largest wins.
 * - `sigmoid`: one probability a unit, each decided for itself. A single unit decides between two classes; its argmax is always 0.
 * - `linear`: logits, of several units the largest wins, a single one is decided at 0.
 */
export type HeadKind = 'softmax' | 'sigmoid' | 'linear';

/** An output of the model from which a decision is read. */
export interface Head {
  /** Of the output. */
  readonly name: string;
  /** Position among the model's outputs. */
  readonly output: number;
  readonly kind: HeadKind;
  /** Scores of one row. */
  readonly units: number;
  /** Names by unit; of a single unit two, the class below the threshold and the one from it on. */
  readonly classes: readonly string[];
  /** The graph's last operator says it, or it was read off the scores seen. */
  readonly knownFrom: 'manifest' | 'scores';
}
