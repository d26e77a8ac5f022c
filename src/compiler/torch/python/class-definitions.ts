import type { TensorSource } from '../../../core/tensor-source.ts';
import type { Child, ModuleClass, OwnTensor } from '../modules/module-class.ts';
import type { BatchNormSources } from './batch-norm-sources.ts';
import { constantTensor } from './constant-tensor.ts';
import { absentParameters, construction, settingExpression } from './construction.ts';
import { forwardLines } from './forward-lines.ts';
import { torchDtype } from './literal-expression.ts';
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

/**
 * How many children, from the first on, one `self.requires_grad_(False)` behind them freezes: a model that is fine-tuned has the start of
 * its backbone frozen. 0 where that would say no more than a single child does, or would freeze a parameter of the class itself.
 */
function frozenRun({ children, tensors }: ModuleClass): number {
  if (tensors.some(({ kind, trainable }) => kind === 'parameter' && trainable)) return 0;
  const end = children.findIndex(({ frozen }) => frozen !== 'all' && frozen !== 'empty');
  const run = end < 0 ? children : children.slice(0, end);
  const last = run.findLastIndex(({ frozen }) => frozen === 'all');
  return run.filter(({ frozen }) => frozen === 'all').length < 2 ? 0 : last + 1;
}

function constructorDefinition(module: ModuleClass, printing: ClassPrinting): Statement {
  const parameters: Parameter[] = module.hyperparameters.map(({ name, type }) => ({
    name,
    annotation: type === 'int-tuple' ? { kind: 'subscript', object: py.name('tuple'), items: [py.name('int'), py.name('...')] } : py.name(type),
  }));
  const run = frozenRun(module);
  const children = module.children.flatMap((child, index): Statement[] => {
    const statements = childStatements(child, printing, index < run);
    if (index !== run - 1) return statements;
    const freeze: Statement = { kind: 'expression', value: requiresNoGrad(py.name('self')), comment: 'frozen up to here' };
    return run === module.children.length ? [...statements, freeze] : [...statements, freeze, { kind: 'blank' }];
  });
  return {
    kind: 'function',
    name: '__init__',
    parameters: [{ name: 'self' }, ...parameters],
    returns: py.none,
    body: [
      { kind: 'expression', value: py.method(py.call(py.name('super')), '__init__') },
      ...module.tensors.flatMap((tensor) => tensorStatements(tensor, printing)),
      ...children,
    ],
  };
}

/** `isInRun`: it is frozen together with others. */
function childStatements(child: Child, { batchNorms }: ClassPrinting, isInRun: boolean): Statement[] {
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
  const value = frozen === 'all' && !isInRun ? requiresNoGrad(created) : created;
  const statements: Statement[] = [{ kind: 'assign', targets: [target], value }];
  if (module.kind === 'builtin' && helper === undefined) statements.push(...absentParameters(target, module));
  if (typeof frozen !== 'string') {
    statements.push(...frozen.map((name): Statement => ({ kind: 'expression', value: requiresNoGrad(py.attribute(target, name)) })));
  }
  return statements;
}

function requiresNoGrad(value: Expression): Expression {
  return py.method(value, 'requires_grad_', [py.bool(false)]);
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
