import { classesInOrder } from '../modules/classes-in-order.ts';
import type { BuiltinModule, ModuleClass } from '../modules/module-class.ts';
import { absentParameters, construction } from './construction.ts';
import { type Expression, py, type Statement } from './syntax.ts';

/** What the file says once for all its BatchNormalization layers: subclasses with Keras' behaviour, and functions that make one. */
export interface BatchNormSources {
  /** The subclass that a layer needs; undefined where nn.BatchNorm does as Keras. */
  classOf(module: BuiltinModule): Expression | undefined;
  /** The function that makes such a layer, where several are alike. */
  helperOf(module: BuiltinModule): string | undefined;
  /** Before the classes. */
  readonly subclasses: readonly Statement[];
  /** After them. */
  readonly helpers: readonly Statement[];
}

export function batchNormSources(model: ModuleClass): BatchNormSources {
  const modules = classesInOrder(model).flatMap(({ children }) =>
    children.flatMap(({ module }) => (module.kind === 'builtin' && module.batchNorm ? [module] : [])),
  );
  const subclasses = new Map<string, Statement>();
  const variants = new Map<string, { module: BuiltinModule; count: number }>();
  for (const module of modules) {
    const name = subclassName(module);
    if (name !== undefined) subclasses.set(name, { kind: 'source', text: subclassSource(name, module) });
    const variant = variants.get(variantKey(module));
    if (variant === undefined) variants.set(variantKey(module), { module, count: 1 });
    else variant.count++;
  }
  const names = new Map<string, string>();
  for (const [key, { module, count }] of variants) {
    if (count < 2 || module.keyword.length === 0) continue;
    const stem = variants.size === 1 ? 'batch_norm' : helperStem(module);
    const sameStem = [...names.values()].filter((name) => name.replace(/_\d+$/, '') === stem).length;
    names.set(key, sameStem === 0 ? stem : `${stem}_${sameStem + 1}`);
  }
  const sources: BatchNormSources = {
    classOf: (module) => {
      const name = subclassName(module);
      return name === undefined ? undefined : py.name(name);
    },
    helperOf: (module) => names.get(variantKey(module)),
    subclasses: [...subclasses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source),
    helpers: [],
  };
  const helpers = [...names].map(([key, name]) => helper(name, (variants.get(key) as { module: BuiltinModule }).module, sources));
  return { ...sources, helpers };
}

function variantKey({ type, keyword, absent, batchNorm }: BuiltinModule): string {
  return JSON.stringify([type, keyword, absent, batchNorm ?? null]);
}

function helperStem({ batchNorm, absent }: BuiltinModule): string {
  const mode = batchNorm?.mode === 'inference' ? 'frozen_' : '';
  return `${mode}batch_norm${absent.map((name) => `_without_${name}`).join('')}`;
}

function helper(name: string, module: BuiltinModule, sources: BatchNormSources): Statement {
  const channels = py.name('channels');
  const subclass = sources.classOf(module);
  const made = construction({ ...module, positional: [{ name: 'num_features', value: { kind: 'hyperparameter', name: 'channels' } }] }, subclass);
  const returns = subclass ?? py.path(['nn', module.type]);
  const target = py.name('module');
  const absent = absentParameters(target, module);
  const body: Statement[] =
    absent.length === 0
      ? [{ kind: 'return', value: made }]
      : [{ kind: 'assign', targets: [target], value: made }, ...absent, { kind: 'return', value: target }];
  return {
    kind: 'function',
    name,
    parameters: [{ name: channels.kind === 'name' ? channels.name : '', annotation: py.name('int') }],
    returns,
    docstring: helperDocstring(module),
    body,
  };
}

function helperDocstring({ keyword, absent, batchNorm }: BuiltinModule): string {
  const number = (name: string) => keyword.find((setting) => setting.name === name)?.value;
  const momentum = number('momentum');
  const keras = momentum?.kind === 'float' ? [`momentum ${Number((1 - momentum.value).toPrecision(7))} in Keras' terms`] : [];
  const without = absent.map((name) => (name === 'weight' ? 'no scale' : 'no center'));
  const frozen = batchNorm?.mode === 'inference' ? ['moving statistics that stay'] : [];
  return `BatchNormalization with ${[...frozen, ...without, ...keras].join(', ')}.`;
}

/** The behaviour is in the name, so that the constructor of the model tells it. */
function subclassName({ type, batchNorm }: BuiltinModule): string | undefined {
  if (batchNorm === undefined || (batchNorm.mode === 'module' && !batchNorm.biasedVariance)) return undefined;
  const mode = { module: '', inference: 'Frozen', argument: 'Modal' }[batchNorm.mode];
  return `${mode}${batchNorm.biasedVariance ? 'Keras' : ''}${type}`;
}

/**
 * The mode is passed to the function: an overridden `train()` would be lost in TorchScript.
 * Fixed text: all that varies is the class's name and which of our own lines it has.
 */
function subclassSource(name: string, { type, batchNorm }: BuiltinModule): string {
  const byCall = batchNorm?.mode === 'argument';
  const signature = `    def forward(self, input: Tensor${byCall ? ', inference: bool = False' : ''}) -> Tensor:`;
  const byCallText = 'A call with inference=True normalizes by the moving statistics, whatever the mode.';
  if (batchNorm?.biasedVariance) {
    return lines(
      `class ${name}(nn.${type}):`,
      '    """Moves its variance by the batch\'s own, where PyTorch takes the unbiased estimate.',
      '',
      '    Keras does so outside its fused kernel, which takes images with channels on axis 1 or 3.',
      ...(byCall ? [`    ${byCallText}`] : []),
      '    """',
      '',
      signature,
      '        mean, variance = self.running_mean, self.running_var',
      '        assert mean is not None and variance is not None and self.momentum is not None',
      ...(byCall ? KEPT_FOR_GRADIENT : []),
      `        if ${byCall ? 'inference or ' : ''}not self.training:`,
      '            return F.batch_norm(input, mean, variance, self.weight, self.bias, eps=self.eps)',
      '        with torch.no_grad():',
      '            rows = input.transpose(0, 1).flatten(1)',
      '            batch_variance, batch_mean = torch.var_mean(rows, 1, unbiased=False)',
      '            mean.lerp_(batch_mean, self.momentum)',
      '            variance.lerp_(batch_variance, self.momentum)',
      '        return F.batch_norm(input, None, None, self.weight, self.bias, training=True, eps=self.eps)',
    );
  }
  if (byCall) {
    return lines(
      `class ${name}(nn.${type}):`,
      `    """${byCallText}"""`,
      '',
      signature,
      '        mean, variance = self.running_mean, self.running_var',
      '        assert mean is not None and variance is not None and self.momentum is not None',
      ...KEPT_FOR_GRADIENT,
      '        training = self.training and not inference',
      '        return F.batch_norm(input, mean, variance, self.weight, self.bias, training, self.momentum, self.eps)',
    );
  }
  return lines(
    `class ${name}(nn.${type}):`,
    '    """Normalizes by its moving statistics in train() too, and leaves them as they are."""',
    '',
    signature,
    '        mean, variance = self.running_mean, self.running_var',
    '        return F.batch_norm(input, mean, variance, self.weight, self.bias, eps=self.eps)',
  );
}

/** The backward pass of a call in inference mode reads the statistics again, and a training call after it moves them in place. */
const KEPT_FOR_GRADIENT = [
  '        if inference:',
  '            mean, variance = mean.clone(), variance.clone()  # another call may move them before the gradient',
];

function lines(...text: readonly string[]): string {
  return text.join('\n');
}
