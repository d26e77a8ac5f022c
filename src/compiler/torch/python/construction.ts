import type { BuiltinModule, Setting } from '../modules/module-class.ts';
import { literalExpression } from './literal-expression.ts';
import { type Expression, type Keyword, py, type Statement } from './syntax.ts';

/** `nn.Conv2d(3, 32, 3, stride=2, bias=False)`. `subclass`: a class of ours instead of torch.nn's. */
export function construction(module: BuiltinModule, subclass: Expression | undefined): Expression {
  const keywords: Keyword[] = module.keyword.map(({ name, value }) => ({ name, value: settingExpression(value) }));
  const positional = module.positional.map(({ value }) => settingExpression(value));
  return py.call(subclass ?? py.path(['nn', module.type]), positional, keywords);
}

/** Registered as None: the state_dict has no such key, as Keras' layer has no such weight. */
export function absentParameters(target: Expression, module: BuiltinModule): Statement[] {
  return module.absent.map((name) => ({ kind: 'expression', value: py.method(target, 'register_parameter', [py.string(name), py.none]) }));
}

/** A constructor's argument. PyTorch takes one number for a tuple of one. */
export function settingExpression(setting: Setting): Expression {
  if (setting.kind === 'hyperparameter') return py.name(setting.name);
  if (setting.kind === 'ints' && setting.values.length === 1) return py.int(setting.values[0] as number);
  return literalExpression(setting);
}
