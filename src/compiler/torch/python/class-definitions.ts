import type { TensorSource } from '../../../core/tensor-source.ts';
import type { Child, ModuleClass, OwnTensor } from '../modules/module-class.ts';
import type { BatchNormSources } from './batch-norm-sources.ts';
import { constantTensor } from './constant-tensor.ts';
import { absentParameters, construction, settingExpression } from './construction.ts';
import { forwardLines } from './forward-lines.ts';
import { torchDtype } from './literal-expression.ts';
import { type ClassDefinition, type Keyword, type Parameter, py, type Statement } from './syntax.ts';

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
        : construction(module, batchNorms.classOf(module));
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
