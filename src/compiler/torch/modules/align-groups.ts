import type { Argument, Statement, Variable } from '../program.ts';
import type { Group, Item } from './group.ts';
import { keysOf } from './keys-of.ts';

/** The calls of one layer, said as one forward. */
export interface Alignment {
  /** The call that the forward is printed from. */
  readonly model: Group;
  /** Whether some calls differ from it by running in inference mode: then the forward takes `inference`. */
  readonly takesInference: boolean;
  /** Whether some calls have inputs of other sizes. */
  readonly shapesVary: boolean;
  /** In the model's terms; the union of what any call's surroundings read. */
  readonly outputs: readonly Variable[];
  readonly calls: ReadonlyMap<Group, AlignedCall>;
}

interface AlignedCall {
  readonly isInference: boolean;
  /** For each of the model's inputs, this call's. */
  readonly inputs: readonly Variable[];
  /** For each of the alignment's outputs, this call's variable; undefined where nobody reads it. */
  readonly outputs: readonly (Variable | undefined)[];
}

/**
 * Whether all calls of a layer do the same: the same operations on the same state in the same order, but that a call in inference
 * mode has its BatchNormalization on moving statistics and its dropout left out. undefined where they don't.
 */
export function alignGroups(groups: readonly Group[]): Alignment | undefined {
  const [first, ...others] = groups;
  if (first === undefined) return undefined;
  const model = others.reduce((best, group) => (trainingPlaces(group) > trainingPlaces(best) ? group : best), first);
  const pairs = groups.map((group) => [group, pair(model, group)] as const);
  const outputs = new Map<number, Variable>(model.outputs.map((variable) => [variable.id, variable]));
  for (const [group, found] of pairs) {
    if (found === undefined) return undefined;
    for (const output of group.outputs) {
      const original = found.backward.get(output.id);
      if (original === undefined) return undefined;
      outputs.set(original.id, original);
    }
  }
  const ordered = [...outputs.values()].sort((a, b) => a.id - b.id);
  const calls = new Map<Group, AlignedCall>();
  for (const [group, found] of pairs) {
    if (found === undefined) return undefined;
    const inputs = model.inputs.map(({ id }) => found.forward.get(id));
    if (!inputs.every((input) => input !== undefined)) return undefined;
    const read = new Set(group.outputs.map(({ id }) => id));
    const made = ordered
      .map(({ id }) => found.forward.get(id))
      .map((variable) => (variable !== undefined && read.has(variable.id) ? variable : undefined));
    // In inference mode a dropout's input and result are one variable: two outputs of the model can't both stand for it.
    if (new Set(made.filter((variable) => variable !== undefined)).size !== read.size) return undefined;
    calls.set(group, { isInference: found.isInference, inputs, outputs: firstOfEach(made) });
  }
  const all = [...calls.values()];
  const sizes = new Set(all.map(({ inputs }) => JSON.stringify(inputs.map(({ shape }) => shape))));
  return { model, takesInference: all.some(({ isInference }) => isInference), shapesVary: sizes.size > 1, outputs: ordered, calls };
}

/** How many operations follow the module's mode; the layer of each inner group, where it has some, counts too. */
function trainingPlaces(group: Group): number {
  return group.items.reduce((count, item) => count + (item.kind === 'group' ? trainingPlaces(item.group) : followsMode(item.statement) ? 1 : 0), 0);
}

function followsMode(statement: Statement): boolean {
  return statement.arguments.some((argument) => argument.kind === 'training');
}

interface Pairing {
  /** Model's variable → the other's. */
  readonly forward: Map<number, Variable>;
  readonly backward: Map<number, Variable>;
  readonly isInference: boolean;
}

function pair(model: Group, other: Group): Pairing | undefined {
  const pairing = new PairingInProgress();
  if (!pairing.items(model.items, other.items)) return undefined;
  return pairing.result();
}

class PairingInProgress {
  readonly #forward = new Map<number, Variable>();
  readonly #backward = new Map<number, Variable>();
  /** At every place where the model follows the module's mode: does the other too? */
  readonly #follows = new Set<boolean>();

  result(): Pairing | undefined {
    if (this.#follows.size > 1) return undefined;
    return { forward: this.#forward, backward: this.#backward, isInference: this.#follows.has(false) };
  }

  items(model: readonly Item[], other: readonly Item[]): boolean {
    let next = 0;
    for (const item of model) {
      const counterpart = other[next];
      if (item.kind === 'statement' && isDropout(item.statement) && !(counterpart?.kind === 'statement' && isDropout(counterpart.statement))) {
        if (!this.#skipDropout(item.statement)) return false;
        continue;
      }
      if (counterpart === undefined) return false;
      next++;
      if (item.kind === 'group' ? !this.#groups(item.group, counterpart) : !this.#statements(item.statement, counterpart)) return false;
    }
    return next === other.length;
  }

  /** An inner layer's calls: what they do is compared here, so that their modes count as places of this one. */
  #groups(model: Group, other: Item): boolean {
    return other.kind === 'group' && other.group.layer === model.layer && this.items(model.items, other.group.items);
  }

  #statements(model: Statement, other: Item): boolean {
    if (other.kind !== 'statement') return false;
    const { statement } = other;
    if (model.op !== statement.op || model.results.length !== statement.results.length) return false;
    if (!model.arguments.every((argument, index) => this.#arguments(argument, statement.arguments[index]))) return false;
    model.results.forEach((result, index) => {
      this.#bind(result, statement.results[index] as Variable);
    });
    return true;
  }

  #arguments(model: Argument, other: Argument | undefined): boolean {
    if (other === undefined) return false;
    if (model.kind === 'training') {
      if (other.kind !== 'training' && !(other.kind === 'bool' && !other.value)) return false;
      this.#follows.add(other.kind === 'training');
      return true;
    }
    if (model.kind === 'variable') return other.kind === 'variable' && this.#variables(model.variable, other.variable);
    if (model.kind === 'tensors') {
      return (
        other.kind === 'tensors' &&
        model.items.length === other.items.length &&
        model.items.every((item, index) => this.#arguments(item, other.items[index]))
      );
    }
    return JSON.stringify(model) === JSON.stringify(other);
  }

  #variables(model: Variable, other: Variable): boolean {
    const known = this.#forward.get(model.id);
    if (known !== undefined) return known.id === other.id;
    // An input, met for the first time.
    if (model.dtype !== other.dtype || model.shape.length !== other.shape.length || this.#backward.has(other.id)) return false;
    this.#bind(model, other);
    return true;
  }

  #skipDropout(dropout: Statement): boolean {
    const [input] = dropout.arguments;
    const [result] = dropout.results;
    if (input?.kind !== 'variable' || result === undefined) return false;
    const other = this.#forward.get(input.variable.id);
    // A dropout in front of all else: its input is one of the group's, not met yet.
    if (other === undefined) return false;
    this.#follows.add(false);
    this.#bind(result, other);
    return true;
  }

  #bind(model: Variable, other: Variable): void {
    this.#forward.set(model.id, other);
    this.#backward.set(other.id, model);
  }
}

function isDropout(statement: Statement): boolean {
  return (statement.op === 'dropout' || statement.op === 'feature_dropout') && followsMode(statement) && keysOf(statement).length === 0;
}

function firstOfEach(variables: readonly (Variable | undefined)[]): readonly (Variable | undefined)[] {
  const seen = new Set<number>();
  return variables.map((variable) => {
    if (variable === undefined || seen.has(variable.id)) return undefined;
    seen.add(variable.id);
    return variable;
  });
}
