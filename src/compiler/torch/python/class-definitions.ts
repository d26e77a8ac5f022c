import type { TensorSource } from '../../../core/tensor-source.ts';
import type { BuiltinModule, Child, ModuleClass, OwnTensor, Setting } from '../modules/module-class.ts';
import type { BatchNormSources } from './batch-norm-sources.ts';
import { constantTensor } from './constant-tensor.ts';
import { forwardLines, torchDtype } from './forward-lines.ts';
import { type ClassDefinition, type Expression, type Keyword, type Parameter, py, type Statement } from './syntax.ts';

export interface ClassPrinting {
  readonly batchNorms: BatchNormSources;
  /** The elements of a constant, by its key. */
  constant(key: string): TensorSource;
}

/** What the model's own inputs and outputs are called. */
export interface PortNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A module class as Python: constructor and forward. `ports` for the model itself, whose inputs and outputs keep their names. */
export function classDefinition(module: ModuleClass, printing: ClassPrinting, ports?: PortNames): ClassDefinition {
  const body: Statement[] = [];
  if (module.children.length > 0 || module.tensors.length > 0) body.push(constructorDefinition(module, printing));
  if (module.forward !== undefined) body.push(forwardDefinition(module, ports));
  const docstring = module.description === '' ? undefined : module.description;
  return { kind: 'class', name: module.name, base: py.path(['nn', 'Module']), ...(docstring === undefined ? {} : { docstring }), body };
}

/** Every class of the tree, what is used before what uses it, the model last. */
export function classesInOrder(model: ModuleClass): readonly ModuleClass[] {
  const classes = new Set<ModuleClass>();
  const visit = (module: ModuleClass): void => {
    for (const child of module.children) if (child.module.kind === 'class') visit(child.module.class);
    classes.add(module);
  };
  visit(model);
  return [...classes];
}

function constructorDefinition(module: ModuleClass, printing: ClassPrinting): Statement {
  const parameters: Parameter[] = module.hyperparameters.map(({ name, type }) => ({
    name,
    annotation: type === 'int-tuple' ? { kind: 'subscript', object: py.name('tuple'), items: [py.name('int'), py.name('...')] } : py.name(type),
  }));
  return {
    kind: 'function',
    name: '__init__',
    parameters: [{ name: 'self' }, ...parameters],
    returns: py.none,
    body: [
      { kind: 'expression', value: py.method(py.call(py.name('super')), '__init__') },
      ...module.tensors.flatMap((tensor) => tensorStatements(tensor, printing)),
      ...module.children.flatMap((child) => childStatements(child, printing)),
    ],
  };
}

function childStatements(child: Child, { batchNorms }: ClassPrinting): Statement[] {
  const { module, frozen } = child;
  const target = py.path(['self', child.name]);
  const helper = module.kind === 'builtin' ? batchNorms.helperOf(module) : undefined;
  const created =
    module.kind === 'class'
      ? py.call(py.name(module.class.name), module.settings.map(settingExpression))
      : helper !== undefined
        ? py.call(
            py.name(helper),
            module.positional.map(({ value }) => settingExpression(value)),
          )
        : construction(module, batchNorms);
  const value = frozen === 'all' ? py.method(created, 'requires_grad_', [py.bool(false)]) : created;
  const statements: Statement[] = [{ kind: 'assign', targets: [target], value }];
  if (module.kind === 'builtin' && helper === undefined) statements.push(...absentParameters(target, module));
  if (typeof frozen !== 'string') {
    statements.push(
      ...frozen.map((name): Statement => ({ kind: 'expression', value: py.method(py.attribute(target, name), 'requires_grad_', [py.bool(false)]) })),
    );
  }
  return statements;
}

/** `nn.Conv2d(3, 32, 3, stride=2, bias=False)`. */
export function construction(module: BuiltinModule, batchNorms: BatchNormSources): Expression {
  const keywords: Keyword[] = module.keyword.map(({ name, value }) => ({ name, value: settingExpression(value) }));
  const positional = module.positional.map(({ value }) => settingExpression(value));
  return py.call(batchNorms.classOf(module) ?? py.path(['nn', module.type]), positional, keywords);
}

/** Registered as None: the state_dict has no such key, as Keras' layer has no such weight. */
export function absentParameters(target: Expression, module: BuiltinModule): Statement[] {
  return module.absent.map((name) => ({ kind: 'expression', value: py.method(target, 'register_parameter', [py.string(name), py.none]) }));
}

function tensorStatements(tensor: OwnTensor, printing: ClassPrinting): Statement[] {
  const target = py.path(['self', tensor.name]);
  const dtype: Keyword[] = tensor.dtype === 'float32' ? [] : [{ name: 'dtype', value: torchDtype(tensor.dtype) }];
  const zeros = py.call(py.path(['torch', 'zeros']), tensor.shape.length === 0 ? [py.tuple([])] : tensor.shape.map(settingExpression), dtype);
  if (tensor.kind === 'parameter') {
    const frozen: Keyword[] = tensor.trainable ? [] : [{ name: 'requires_grad', value: py.bool(false) }];
    return [{ kind: 'assign', targets: [target], value: py.call(py.path(['nn', 'Parameter']), [zeros], frozen) }];
  }
  const isConstant = tensor.kind === 'constant';
  const value = isConstant ? constantTensor(printing.constant(tensor.key)) : zeros;
  const keywords: Keyword[] = isConstant ? [{ name: 'persistent', value: py.bool(false) }] : [];
  return [
    { kind: 'annotate', target, annotation: py.name('Tensor') },
    { kind: 'expression', value: py.method(py.name('self'), 'register_buffer', [py.string(tensor.name), value], keywords) },
  ];
}

function forwardDefinition({ forward }: ModuleClass, ports: PortNames | undefined): Statement {
  if (forward === undefined) throw new TypeError('no forward');
  const { parameters, body } = forwardLines(forward, ports?.inputs, forward.outputs.length > 1 ? ports?.outputs : undefined);
  const tensor = py.name('Tensor');
  const returned = forward.outputs.map(() => tensor);
  return {
    kind: 'function',
    name: 'forward',
    parameters: [
      { name: 'self' },
      ...parameters.map((name) => ({ name, annotation: tensor })),
      ...(forward.takesInference ? [{ name: 'inference', annotation: py.name('bool'), default: py.bool(false) }] : []),
    ],
    returns: returned.length === 1 ? tensor : { kind: 'subscript', object: py.name('tuple'), items: returned },
    body,
  };
}

function settingExpression(setting: Setting): Expression {
  switch (setting.kind) {
    case 'int':
      return py.int(setting.value);
    case 'float':
      return py.float(setting.value);
    case 'bool':
      return py.bool(setting.value);
    case 'ints':
      return setting.values.length === 1 ? py.int(setting.values[0] as number) : py.ints(setting.values);
    case 'dtype':
      return torchDtype(setting.value);
    case 'hyperparameter':
      return py.name(setting.name);
  }
}
