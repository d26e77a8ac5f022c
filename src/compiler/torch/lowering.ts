import type { DType } from '../../core/dtypes.ts';
import type { Node, Shape, Value, ValueId } from '../graph/graph.ts';
import type { Literal, Operand } from './argument.ts';
import type { AtenName } from './aten.ts';
import type { Argument } from './program.ts';

/** How one ONNX operator, at one version, becomes aten calls. Pure: everything it needs comes from the node and the context. */
export interface Lowering {
  readonly op: string;
  readonly domain: string;
  /** Exact version, as the graph's table has it. */
  readonly since: number;
  /** One operand for each output of the node, alone or in a list. An operand may be an input's (Identity). */
  lower(node: Node, context: LoweringContext): Operand | readonly Operand[];
}

/** What a lowering may ask. `index` is the input's position in the ONNX operator. */
export interface LoweringContext {
  readonly mode: 'train' | 'inference';
  /** The `training` argument of a layer that has two modes: the module's own where the call follows it, else false. */
  readonly training: Argument;
  /** Whether the node has input `index`. */
  has(index: number): boolean;
  /** Input `index` as a tensor; a constant becomes an entry of the state. */
  tensor(index: number): Operand;
  /** None where the input is left out. */
  optionalTensor(index: number): Operand | null;
  /** Input 1 as torch's module holds it, where ONNX reads it in another layout (graph/module-weight.ts). */
  moduleWeight(): Operand | undefined;
  /** Name, dtype and shape of input `index`. */
  value(index: number): Value;
  /** Of output `index`, 0 where omitted. */
  output(index?: number): Value;
  /** The sizes of input `index`; refuses where one is free. */
  staticShape(index: number): readonly number[];
  staticOutputShape(index?: number): readonly number[];
  /** The elements of input `index` where they are known before any weight is read; undefined otherwise. Few: refuses past 65,536. */
  numbers(index: number): readonly number[] | undefined;
  /** As `numbers`, of any value of the graph. */
  numbersOf(value: ValueId): readonly number[] | undefined;
  /** As `numbers`, but refuses what isn't a constant. */
  constant(index: number): readonly number[];
  /** Whether all elements of a constant of ours equal `number`; false for weights. */
  isFilledWith(index: number, number: number): boolean;
  int(attribute: string, fallback?: number): number;
  /** A float32, as ONNX keeps it, by its shortest decimal. */
  float(attribute: string, fallback?: number): number;
  string(attribute: string, fallback?: string): string;
  ints(attribute: string, fallback?: readonly number[]): readonly number[];
  hasAttribute(attribute: string): boolean;
  /** `int(attribute)` counted from the front, for an input of rank `rank`. */
  axis(attribute: string, rank: number, fallback?: number): number;
  /** Appends a call and returns its result, which has the node's output's name, dtype and shape unless told otherwise. */
  emit(op: AtenName, args: readonly Literal[], result?: { readonly name?: string; readonly dtype?: DType; readonly shape?: Shape }): Operand;
  /** As `emit`, for an operator that returns a list: one operand for each output of the node. */
  emitList(op: AtenName, args: readonly Literal[]): readonly Operand[];
  /** Ends this node's lowering with a finding; all findings are reported together (exit 7). */
  unsupported(what: string): never;
}

type Definition = Omit<Lowering, 'domain'> & { readonly domain?: string };

/** Identity with types and ONNX's own domain, so that a lowering is a named value: `export const conv = defineLowering({…})`. */
export function defineLowering(lowering: Definition): Lowering {
  return { domain: '', ...lowering };
}
