import { expect, test } from 'vitest';
import type { Graph, ValueId } from '../../graph/graph.ts';
import { lowerGraph } from '../lower.ts';
import { KerasGraph } from '../testing/keras-graph.ts';
import { buildModules } from './build-modules.ts';
import type { Forward, ModuleClass } from './module-class.ts';

function modulesOf(graph: Graph): ModuleClass {
  return buildModules(lowerGraph(graph, { mode: 'train' }), 'Model');
}

function child(module: ModuleClass, name: string): ModuleClass {
  const found = module.children.find((item) => item.name === name)?.module;
  if (found?.kind !== 'class') throw new TypeError(`no class ${name}`);
  return found.class;
}

/** `base(inference)`, `base.bn`, `relu`: what a forward does, in order. */
function operations(forward: Forward | undefined): readonly string[] {
  return (forward?.body ?? []).map(({ operation }) =>
    operation.kind === 'aten' ? operation.op : `${operation.path.join('.')}${operation.takesInference ? `(${operation.mode})` : ''}`,
  );
}

/** All keys that the tree of classes holds. */
function keys(module: ModuleClass, prefix = ''): readonly string[] {
  const own = module.tensors.filter(({ kind }) => kind !== 'constant').map(({ name }) => `${prefix}${name}`);
  const inner = module.children.flatMap(({ name, module: held }) => {
    if (held.kind === 'class') return keys(held.class, `${prefix}${name}.`);
    const bias = held.keyword.some((setting) => setting.name === 'bias' && setting.value.kind === 'bool' && !setting.value.value) ? ['bias'] : [];
    const affine = held.keyword.some((setting) => setting.name.endsWith('affine')) ? ['weight', 'bias'] : [];
    const absent = new Set([...held.absent, ...bias, ...affine]);
    const roles = held.type.startsWith('Dropout') ? [] : held.batchNorm ? ['weight', 'bias', 'running_mean', 'running_var'] : ['weight', 'bias'];
    return roles.filter((role) => !absent.has(role)).map((role) => `${prefix}${name}.${role}`);
  });
  return [...own, ...inner];
}

function backbone(model: KerasGraph, image: ValueId, mode: 'follows' | 'inference', op = 'Relu'): ValueId {
  const x = model.batchNorm(['base', 'bn'], model.conv(['base', 'conv'], image, 4, { bias: false }), { mode, scale: false });
  return model.dropout(['base', 'drop'], model.activation(['base', 'act'], x, op), 0.5, mode);
}

test('the tree holds every key of the state, each once', () => {
  const model = new KerasGraph();
  const x = model.separable(['sep'], backbone(model, model.image('image', 8), 'follows'), 4, [1, 1, 1, 1]);
  const graph = model.graph({ y: model.dense(['head'], model.globalAverage(['pool'], x), 2) });
  const state = lowerGraph(graph, { mode: 'train' }).state.map(({ key }) => key);
  expect([...keys(modulesOf(graph))].sort()).toEqual([...state].sort());
});

test('calls of a backbone in one mode are one plain forward', () => {
  const model = new KerasGraph();
  const calls = ['a', 'b'].map((name) => backbone(model, model.image(name, 8), 'inference'));
  const module = modulesOf(model.graph({ y: model.merge(['add'], 'Add', calls) }));
  expect(operations(module.forward)).toEqual(['permute', 'base', 'permute', 'base', 'add', 'to']);
  expect(child(module, 'base').forward?.takesInference).toBe(false);
  expect(operations(child(module, 'base').forward)).toEqual(['conv', 'bn', 'relu']);
});

test('calls that differ in mode alone share a forward, whichever comes first', () => {
  for (const modes of [['follows', 'inference'] as const, ['inference', 'follows'] as const]) {
    const model = new KerasGraph();
    const calls = modes.map((mode, index) => backbone(model, model.image(`image_${index}`, 8), mode));
    const module = modulesOf(model.graph({ y: model.merge(['add'], 'Add', calls) }));
    expect(operations(module.forward).filter((name) => name.startsWith('base'))).toEqual(modes.map((mode) => `base(${mode})`));
    expect(operations(child(module, 'base').forward)).toEqual(['conv', 'bn(passed)', 'relu', 'dropout']);
  }
});

test('calls that do different things stand in the forward around, and the class only holds the layers', () => {
  const model = new KerasGraph();
  const calls = [backbone(model, model.image('a', 8), 'follows'), backbone(model, model.image('b', 8), 'follows', 'Sigmoid')];
  const module = modulesOf(model.graph({ y: model.merge(['add'], 'Add', calls) }));
  expect(child(module, 'base').forward).toBeUndefined();
  expect(operations(module.forward).filter((name) => name.startsWith('base.'))).toEqual([
    'base.conv',
    'base.bn',
    'base.drop',
    'base.conv',
    'base.bn',
    'base.drop',
  ]);
});

test('nested models that wait for each other are written out', () => {
  const model = new KerasGraph();
  const step = (base: string, layer: string, x: ValueId): ValueId => model.conv([base, layer], x, 3, { kernel: 1 });
  // a1 → b1, b2 → a2: neither a nor b can run in one go.
  const [x, z] = [model.image('x', 4), model.image('z', 4)];
  const [b2, a1] = [step('b', 'two', z), step('a', 'one', x)];
  const graph = model.graph({ y: model.merge(['add'], 'Add', [step('b', 'one', a1), step('a', 'two', b2)]) });
  const module = modulesOf(graph);
  expect([child(module, 'a').forward, child(module, 'b').forward]).toEqual([undefined, undefined]);
  expect(operations(module.forward).filter((name) => name.includes('.'))).toEqual(['a.one', 'b.one', 'b.two', 'a.two']);
});

test('calls of one BatchNormalization keep their order where branches are put together', () => {
  const model = new KerasGraph();
  const [x, z] = [model.image('x', 4), model.image('z', 4)];
  const first = model.batchNorm(['bn'], model.conv(['one'], x, 3));
  const second = model.batchNorm(['bn'], model.conv(['two'], z, 3));
  // The merge reads the second call first.
  const module = modulesOf(model.graph({ y: model.merge(['add'], 'Add', [second, first]) }));
  expect(operations(module.forward)).toEqual(['permute', 'one', 'bn', 'permute', 'two', 'bn', 'add', 'to']);
});

test('a tensor that one call reads twice is no call before itself', () => {
  const model = new KerasGraph();
  const x = model.conv(['one'], model.image('x', 4), 3);
  const weight = (role: string) => model.weight(['bn'], role, [3]);
  const y = model.layer(['bn'], 'BatchNormalization', 'follows', (calls) =>
    model.node('BatchNormalization', [x, weight('weight'), weight('weight'), weight('running_mean'), weight('running_var')], {}, calls),
  );
  expect(operations(modulesOf(model.graph({ y })).forward)).toEqual(['permute', 'one', 'bn']);
});

test('layers of one class share it where only sizes differ; what differs is the constructor’s', () => {
  const model = new KerasGraph();
  const x = model.separable(['a'], model.image('image', 8), 5, [1, 1, 1, 1]);
  const y = model.separable(['c'], model.separable(['b'], x, 7, [1, 1, 1, 1]), 7, [0, 0, 0, 0]);
  const module = modulesOf(model.graph({ y }));
  expect(child(module, 'a')).toBe(child(module, 'b'));
  expect(child(module, 'a').hyperparameters).toEqual([
    { name: 'in_channels', type: 'int' },
    { name: 'out_channels', type: 'int' },
  ]);
  expect(child(module, 'c').name).toBe('SeparableConv2D_2');
  expect(module.children.flatMap(({ module: held }) => (held.kind === 'class' ? [held.settings] : []))).toEqual([
    [
      { kind: 'int', value: 3 },
      { kind: 'int', value: 5 },
    ],
    [
      { kind: 'int', value: 5 },
      { kind: 'int', value: 7 },
    ],
    [],
  ]);
});

test('what is frozen whole is frozen from outside', () => {
  const model = new KerasGraph();
  const x = model.batchNorm(['base', 'bn'], model.conv(['base', 'conv'], model.image('image', 8), 4, { trainable: false }), { trainable: false });
  const module = modulesOf(model.graph({ y: model.conv(['head'], x, 2) }));
  expect(module.children.map(({ name, frozen }) => [name, frozen])).toEqual([
    ['base', 'all'],
    ['head', 'none'],
  ]);
  expect(child(module, 'base').children.map(({ frozen }) => frozen)).toEqual(['none', 'none']);
});

test('a value read by thousands of statements takes no quadratic time', () => {
  const model = new KerasGraph();
  const x = model.vector('x', 2);
  let sum = model.activation(['start'], x, 'Relu');
  for (let index = 0; index < 4000; index++) sum = model.node('Add', [sum, x]);
  const program = lowerGraph(model.graph({ y: sum }), { mode: 'train' });
  const started = performance.now();
  expect(buildModules(program, 'Model').forward?.body).toHaveLength(4002);
  expect(performance.now() - started).toBeLessThan(3000);
});
