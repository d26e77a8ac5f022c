import type { Variable } from '../program.ts';
import { append } from './append.ts';
import type { ClassNames } from './class-names.ts';
import type {
  Child,
  ClassInstance,
  Forward,
  Hyperparameter,
  LocalArgument,
  ModuleClass,
  NamedSetting,
  Operation,
  OwnTensor,
  Setting,
} from './module-class.ts';

/**
 * One class for layers of one Keras class that do the same with other sizes: `SeparableConv2D(in_channels, out_channels)`. What differs
 * between them becomes the constructor's parameters. Names all classes.
 */
export function shareClasses(model: ModuleClass, names: ClassNames): ModuleClass {
  const replaced = new Map<ModuleClass, ClassInstance>();
  for (const level of byHeight(model)) {
    const groups = new Map<string, ModuleClass[]>();
    for (const original of level) {
      const rebuilt = withChildren(original, replaced);
      const key = original.layerClass === undefined ? `own ${groups.size}` : signature(rebuilt);
      append(groups, key, original);
    }
    for (const members of groups.values()) {
      const rebuilt = members.map((member) => withChildren(member, replaced));
      const shared = unify(rebuilt, names);
      members.forEach((member, index) => {
        replaced.set(member, { kind: 'class', class: shared.class, settings: shared.settings[index] ?? [] });
      });
    }
  }
  return withChildren(model, replaced);
}

/** Inner classes first; within a level in the order of the tree. The model itself isn't among them. */
function byHeight(model: ModuleClass): readonly (readonly ModuleClass[])[] {
  const levels: ModuleClass[][] = [];
  const visit = (module: ModuleClass): number => {
    const inner = module.children.flatMap((child) => (child.module.kind === 'class' ? [visit(child.module.class)] : []));
    const height = inner.length === 0 ? 0 : 1 + Math.max(...inner);
    if (module !== model) {
      levels[height] ??= [];
      levels[height].push(module);
    }
    return height;
  };
  visit(model);
  return levels.map((level) => level ?? []);
}

function withChildren(module: ModuleClass, replaced: ReadonlyMap<ModuleClass, ClassInstance>): ModuleClass {
  const children = module.children.map((child) =>
    child.module.kind === 'class' ? { ...child, module: replaced.get(child.module.class) ?? child.module } : child,
  );
  return { ...module, children };
}

function unify(
  members: readonly ModuleClass[],
  names: ClassNames,
): { readonly class: ModuleClass; readonly settings: readonly (readonly Setting[])[] } {
  const [model] = members as readonly [ModuleClass];
  const hyperparameters: Hyperparameter[] = [];
  const columns: string[] = [];
  const settings = members.map((): Setting[] => []);
  const all = members.map((member) => [...settingsOf(member)]);
  let position = 0;
  /** Called for each setting of the model, in the order of `settingsOf`. */
  const replace = (setting: Setting, name: string, owner: string): Setting => {
    const values = all.map((list) => list[position] as Setting);
    position++;
    if (values.every((value) => JSON.stringify(value) === JSON.stringify(setting))) return setting;
    const column = JSON.stringify(values);
    const known = hyperparameters[columns.indexOf(column)];
    if (known !== undefined) return { kind: 'hyperparameter', name: known.name };
    const isTaken = hyperparameters.some((other) => other.name === name);
    const created = { name: isTaken ? `${owner}_${name}` : name, type: hyperparameterType(setting) };
    hyperparameters.push(created);
    columns.push(column);
    values.forEach((value, index) => {
      settings[index]?.push(value);
    });
    return { kind: 'hyperparameter', name: created.name };
  };
  const tensors = model.tensors.map((tensor) => ({ ...tensor, shape: tensor.shape.map((size) => replace(size, 'channels', tensor.name)) }));
  const children = model.children.map((child): Child => {
    const named = ({ name, value }: NamedSetting): NamedSetting => ({ name, value: replace(value, name, child.name) });
    const { module } = child;
    if (module.kind === 'class') {
      const inner = module.settings.map((setting, index) => replace(setting, module.class.hyperparameters[index]?.name ?? 'size', child.name));
      return { ...child, module: { ...module, settings: inner } };
    }
    return { ...child, module: { ...module, positional: module.positional.map(named), keyword: module.keyword.map(named) } };
  });
  const isShared = members.length > 1;
  const forward = model.forward && { ...model.forward, shapesVary: model.forward.shapesVary || hyperparameters.length > 0 };
  const description = isShared ? `Keras ${model.layerClass}.` : model.description;
  return {
    class: { ...model, name: names.unique(model.name, model.layerClass), description, hyperparameters, children, tensors, forward },
    settings,
  };
}

/** Every setting of a class, in the order in which `unify` meets them. */
function* settingsOf(module: ModuleClass): Generator<Setting> {
  for (const { shape } of module.tensors) yield* shape;
  for (const { module: child } of module.children) {
    if (child.kind === 'class') yield* child.settings;
    else for (const { value } of [...child.positional, ...child.keyword]) yield value;
  }
}

function hyperparameterType(setting: Setting): Hyperparameter['type'] {
  if (setting.kind === 'ints') return 'int-tuple';
  return setting.kind === 'float' || setting.kind === 'bool' ? setting.kind : 'int';
}

/** The same for classes that differ in the values of their settings alone. */
function signature(module: ModuleClass): string {
  const kinds = (settings: readonly NamedSetting[]) => settings.map(({ name, value }) => [name, value.kind]);
  return JSON.stringify([
    module.layerClass,
    module.tensors.map(({ shape, key, ...tensor }: OwnTensor) => [tensor, shape.length, tensor.kind === 'constant' ? key : '']),
    module.children.map(({ name, module: child, frozen }) =>
      child.kind === 'class'
        ? [name, frozen, child.class.name]
        : [name, frozen, child.type, kinds(child.positional), kinds(child.keyword), child.absent, child.batchNorm ?? null],
    ),
    module.forward === undefined ? null : forwardSignature(module.forward),
  ]);
}

/** Variables by the order in which they are met. */
function forwardSignature(forward: Forward): unknown {
  const numbers = new Map<number, number>();
  const number = ({ id }: Variable): number => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return numbers.get(id) as number;
  };
  const argument = (value: LocalArgument): unknown => {
    if (value.kind === 'variable') return number(value.variable);
    return value.kind === 'tensors' ? value.items.map(argument) : value;
  };
  const operation = (value: Operation): unknown =>
    value.kind === 'module'
      ? [value.path, value.inputs.map(argument), value.mode, value.takesInference]
      : [value.op, value.arguments.map(argument), value.mode];
  return [
    forward.inputs.map(number),
    forward.takesInference,
    forward.body.map((statement) => [operation(statement.operation), statement.results.map(number)]),
    forward.outputs.map(number),
  ];
}
