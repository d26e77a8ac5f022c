import { invariant } from '../../../core/errors.ts';
import { evaluateConstant } from '../../graph/evaluate.ts';
import type { Graph } from '../../graph/graph.ts';
import { pythonIdentifiers } from '../../graph/python-identifiers.ts';
import { buildModules } from '../modules/build-modules.ts';
import { classesInOrder } from '../modules/classes-in-order.ts';
import type { Program } from '../program.ts';
import { batchNormSources } from './batch-norm-sources.ts';
import { classDefinition } from './class-definitions.ts';
import { importsFor } from './imports.ts';
import { modelClassName, modelDocstring } from './model-docstring.ts';
import { printModule } from './print.ts';
import { loadSource, readSafetensorsSource } from './safetensors-source.ts';
import type { Statement } from './syntax.ts';

/** Names that a forward uses: its parameters keep off them. */
const MODULE_NAMES = ['F', 'nn', 'inference'];

/**
 * `model.py`: readable, trainable PyTorch source that imports nothing but torch and the standard library. Its `state_dict` has the keys of
 * the program's state, and `num_batches_tracked` of each nn.BatchNorm.
 * @param program lowered for training
 * @param graph the graph it came from, which holds the constants that aren't weights
 */
export function printModelPy(program: Program, graph: Graph): string {
  const model = buildModules(program, modelClassName(program));
  const inputs = identifiers(program.inputs, MODULE_NAMES);
  const ports = { inputs, outputs: identifiers(program.outputs, [...MODULE_NAMES, ...inputs]) };
  const batchNorms = batchNormSources(model);
  const values = new Map(program.state.map((entry) => [entry.key, entry]));
  const printing = {
    batchNorms,
    constant: (key: string) => {
      const entry = values.get(key);
      invariant(entry !== undefined, `no constant ${key}`);
      return { dtype: entry.dtype, shape: entry.shape, place: key, read: () => evaluateConstant(graph, entry.value).data };
    },
  };
  const classes = classesInOrder(model).map((module) => classDefinition(module, printing, module === model ? ports : undefined));
  const stored = program.state.filter(({ kind }) => kind !== 'constant');
  const body: Statement[] = [
    ...batchNorms.subclasses,
    ...classes,
    ...batchNorms.helpers,
    { kind: 'source', text: loadSource(model.name) },
    { kind: 'source', text: readSafetensorsSource(stored.map(({ dtype }) => dtype)) },
  ];
  return printModule({ docstring: modelDocstring(program, ports), imports: importsFor(body), body });
}

function identifiers(ports: readonly { readonly portName: string }[], taken: readonly string[]): readonly string[] {
  const names = ports.map(({ portName }) => portName);
  const byName = pythonIdentifiers(names, taken);
  return names.map((name) => byName.get(name) ?? name);
}
