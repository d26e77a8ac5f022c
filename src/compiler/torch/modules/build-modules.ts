import { invariant } from '../../../core/errors.ts';
import type { Call, CallId } from '../../graph/graph.ts';
import type { Program, StateEntry, Statement, Variable } from '../program.ts';
import { type Alignment, alignGroups } from './align-groups.ts';
import { append } from './append.ts';
import { type CallGroups, groupCalls } from './call-groups.ts';
import { ClassNames } from './class-names.ts';
import { depthFirstOrder, pathsOf } from './depth-first-order.ts';
import { ForwardBuilder, type ModuleContext } from './forward-builder.ts';
import type { Group } from './group.ts';
import { keysOf } from './keys-of.ts';
import { attributeName, type Layer, layersAlong, layerTree } from './layer-tree.ts';
import { type BuiltinMatch, matchBuiltin, matchDropout } from './match-builtin.ts';
import type { BuiltinModule, Child, ClassInstance, Forward, ModuleClass, OwnTensor } from './module-class.ts';
import { shareClasses } from './share-classes.ts';

/**
 * The module classes of a train program, the model's own as the root. Pure: every statement and every entry of the state is in it.
 * @param className of the model itself, CamelCase.
 */
export function buildModules(program: Program, className: string): ModuleClass {
  return shareClasses(new ModuleBuilder(program, className).build(), new ClassNames(className));
}

class ModuleBuilder implements ModuleContext {
  readonly #program: Program;
  readonly #root: Layer;
  readonly #className: string;
  readonly #builtins = new Map<Layer, BuiltinMatch>();
  readonly #leafOf = new Map<Statement, Layer>();
  readonly #groups: CallGroups;
  readonly #alignments = new Map<Layer, Alignment>();
  readonly #calls: ReadonlyMap<CallId, Call>;
  readonly #constants: ReadonlyMap<string, OwnTensor>;
  #nextVariable: number;

  constructor(program: Program, className: string) {
    this.#program = program;
    this.#className = className;
    this.#calls = new Map(program.calls.map((call) => [call.id, call]));
    const { root, owners } = layerTree(program);
    this.#root = root;
    this.#constants = constantsOf(program, root);
    this.#nextVariable =
      1 + program.body.reduce((most, { results }) => results.reduce((id, result) => Math.max(id, result.id), most), program.inputs.length);
    this.#findBuiltins(owners);
    this.#findDropouts();
    const composites = new Set<Layer>();
    const collect = (layer: Layer): void => {
      if (layer !== root && holdsModules(layer) && !this.#builtins.has(layer)) composites.add(layer);
      for (const child of layer.children.values()) collect(child);
    };
    collect(root);
    // A layer that holds nothing (an activation, a nested model of augmentations) is the statements it stands for.
    for (const layer of composites) if (!this.#holdsAny(layer)) composites.delete(layer);
    this.#groups = groupCalls(program, { root, owners }, composites);
    for (const [layer, groups] of this.#groups.alike) {
      const alignment = alignGroups(groups);
      invariant(alignment !== undefined, `${layer.path.join('/')}: its calls differ`);
      this.#alignments.set(layer, alignment);
    }
  }

  build(): ModuleClass {
    const { inputs, outputs } = this.#program;
    const { forward, constants } = this.#forward(
      this.#root,
      this.#groups.root,
      { takesInference: false, shapesVary: false },
      inputs,
      outputs.map(({ variable }) => variable),
    );
    return {
      name: this.#className,
      layerClass: undefined,
      description: '',
      hyperparameters: [],
      children: this.#children(this.#root, pathsIn(forward)),
      tensors: [...this.#tensors(this.#root), ...constants],
      forward,
    };
  }

  /** `paths`: how the forward around reaches into the class, where that has none of its own. */
  #class(layer: Layer, isFrozenAround: boolean, paths: Paths): ModuleClass {
    const alignment = this.#alignments.get(layer);
    const layerClass = layer.className === undefined || MODEL_CLASSES.has(layer.className) ? undefined : layer.className;
    const own = alignment && this.#forward(layer, alignment.model, alignment, alignment.model.inputs, alignment.outputs);
    return {
      name: layerClass ?? layer.path.at(-1) ?? '',
      layerClass,
      description: describe(layer),
      hyperparameters: [],
      children: this.#children(layer, own === undefined ? paths : pathsIn(own.forward), isFrozenAround),
      tensors: [...this.#tensors(layer, isFrozenAround), ...(own?.constants ?? [])],
      forward: own?.forward,
    };
  }

  #forward(layer: Layer, group: Group, traits: ForwardTraits, inputs: readonly Variable[], outputs: readonly Variable[]) {
    const { takesInference, shapesVary } = traits;
    const builder = new ForwardBuilder(this, layer, takesInference);
    const body = depthFirstOrder(builder.statements(group), outputs);
    return { forward: { inputs, takesInference, shapesVary, body, outputs }, constants: [...builder.constants.values()] };
  }

  /** In the order in which the forward calls them. What is frozen from outside isn't frozen again. */
  #children(layer: Layer, paths: Paths, isFrozenAround = false): readonly Child[] {
    const firstUse = new Map<string, number>();
    paths.forEach(([name], index) => {
      if (name !== undefined && !firstUse.has(name)) firstUse.set(name, index);
    });
    const held = [...layer.children.values()].filter((child) => this.#holdsAny(child));
    const children = held.map((child): Child => {
      const name = child.attributes.at(-1) ?? '';
      const frozen = frozenOf(child, isFrozenAround);
      const builtin = this.#builtins.get(child);
      if (builtin !== undefined) return { name, module: this.#finished(child, builtin.module), frozen };
      const within = paths.flatMap(([first, ...rest]) => (first === name ? [rest] : []));
      const instance: ClassInstance = { kind: 'class', class: this.#class(child, isFrozenAround || isFrozen(child), within), settings: [] };
      return { name, module: instance, frozen: typeof frozen === 'string' ? frozen : 'none' };
    });
    const place = ({ name }: Child) => firstUse.get(name) ?? Number.POSITIVE_INFINITY;
    return children.sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }

  /** A BatchNormalization inside a forward that takes `inference` is told by its calls. */
  #finished(layer: Layer, module: BuiltinModule): BuiltinModule {
    const { batchNorm } = module;
    if (batchNorm === undefined || batchNorm.mode === 'inference' || !this.takesInference(layer)) return module;
    return { ...module, batchNorm: { ...batchNorm, mode: 'argument' } };
  }

  #tensors(layer: Layer, isFrozenAround = false): readonly OwnTensor[] {
    return layer.state.map((entry) => ({ ...ownTensor(entry, attributeName(entry.key)), trainable: isFrozenAround || entry.trainable }));
  }

  #findBuiltins(owners: ReadonlyMap<string, Layer>): void {
    const uses = new Map<Layer, Statement[]>();
    for (const statement of this.#program.body) {
      const layers = new Set(keysOf(statement).flatMap((key) => owners.get(key) ?? []));
      for (const layer of layers) append(uses, layer, statement);
    }
    for (const [layer, statements] of uses) {
      if (layer === this.#root) continue;
      const match = matchBuiltin(layer, statements, this.#program.taps);
      if (match === undefined) continue;
      this.#builtins.set(layer, match);
      for (const statement of statements) this.#leafOf.set(statement, layer);
    }
  }

  #findDropouts(): void {
    const uses = new Map<Layer, Statement[]>();
    for (const statement of this.#program.body) {
      const layer = (statement.op === 'dropout' || statement.op === 'feature_dropout') && this.#onlyLayer(statement);
      if (layer) append(uses, layer, statement);
    }
    for (const [layer, statements] of uses) {
      if (layer.state.length > 0 || layer.children.size > 0) continue;
      const match = matchDropout(statements);
      if (match === undefined) continue;
      this.#builtins.set(layer, match);
      for (const statement of statements) this.#leafOf.set(statement, layer);
    }
  }

  #onlyLayer(statement: Statement): Layer | undefined {
    const [id, ...others] = statement.calls;
    const call = id === undefined || others.length > 0 ? undefined : this.#calls.get(id);
    const layers = call === undefined ? [] : layersAlong(this.#root, call.layer);
    return layers.length > 0 && layers.length === call?.layer.length ? layers.at(-1) : undefined;
  }

  #holdsAny(layer: Layer): boolean {
    return layer.state.length > 0 || this.#builtins.has(layer) || [...layer.children.values()].some((child) => this.#holdsAny(child));
  }

  builtin(statement: Statement): { readonly layer: Layer; readonly match: BuiltinMatch } | undefined {
    const layer = this.#leafOf.get(statement);
    const match = layer && this.#builtins.get(layer);
    return layer && match && { layer, match };
  }

  alignment(layer: Layer): Alignment | undefined {
    return this.#alignments.get(layer);
  }

  takesInference(layer: Layer): boolean {
    if (this.#builtins.get(layer)?.module.batchNorm?.mode === 'argument') return true;
    for (let outer = layer.parent; outer !== undefined; outer = outer.parent) if (this.#alignments.get(outer)?.takesInference) return true;
    return false;
  }

  layerOf(statement: Statement): { readonly name: string; readonly className: string } {
    const id = statement.calls.at(-1);
    const call = id === undefined ? undefined : this.#calls.get(id);
    return { name: call?.layer.at(-1) ?? '', className: call?.className ?? '' };
  }

  constant(key: string): OwnTensor | undefined {
    return this.#constants.get(key);
  }

  nextVariable(): number {
    return this.#nextVariable++;
  }
}

type ForwardTraits = Pick<Forward, 'takesInference' | 'shapesVary'>;

/** Keras' models: a nested one is named after itself. */
const MODEL_CLASSES = new Set(['Functional', 'Model', 'Sequential']);

type Paths = readonly (readonly string[])[];

function pathsIn(forward: Forward): Paths {
  return forward.body.flatMap(pathsOf);
}

function holdsModules(layer: Layer): boolean {
  return layer.children.size > 0 || layer.state.length > 0;
}

function ownTensor(entry: StateEntry, name: string): OwnTensor {
  const { kind, trainable, shape, dtype, key } = entry;
  return { name, kind, trainable, shape: shape.map((size) => ({ kind: 'int', value: size })), dtype, key };
}

/** Constants have no place in the state_dict, and names that nothing else has. */
function constantsOf(program: Program, root: Layer): ReadonlyMap<string, OwnTensor> {
  const taken = new Set<string>();
  const visit = (layer: Layer): void => {
    for (const name of layer.attributes) taken.add(name);
    for (const { key } of layer.state) taken.add(attributeName(key));
    for (const child of layer.children.values()) visit(child);
  };
  visit(root);
  const constants = new Map<string, OwnTensor>();
  let number = 0;
  for (const entry of program.state) {
    if (entry.kind !== 'constant') continue;
    while (taken.has(`constant_${number}`)) number++;
    constants.set(entry.key, ownTensor(entry, `constant_${number++}`));
  }
  return constants;
}

function parametersWithin(layer: Layer): readonly StateEntry[] {
  return [...layer.state.filter(({ kind }) => kind === 'parameter'), ...[...layer.children.values()].flatMap(parametersWithin)];
}

function isFrozen(layer: Layer): boolean {
  const parameters = parametersWithin(layer);
  return parameters.length > 0 && parameters.every(({ trainable }) => !trainable);
}

function frozenOf(layer: Layer, isFrozenAround: boolean): Child['frozen'] {
  const parameters = parametersWithin(layer);
  if (parameters.length === 0) return 'empty';
  if (isFrozenAround) return 'none';
  const frozen = parameters.filter(({ trainable }) => !trainable);
  if (frozen.length === parameters.length) return 'all';
  return frozen.length === 0 ? 'none' : frozen.map(({ key }) => attributeName(key));
}

function describe(layer: Layer): string {
  const name = layer.path.at(-1) ?? '';
  return layer.className === undefined ? `Keras model ${name}.` : `Keras ${layer.className} ${name}.`;
}
