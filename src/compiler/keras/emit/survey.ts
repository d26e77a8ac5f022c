import type { DType } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import type { ModelInfo, Shape } from '../../graph/graph.ts';
import type { CallPlan, LayerInstance, PlannedCall, Tensor } from '../calls/plan.ts';
import type { Finding } from '../finding.ts';
import type { WeightSpec } from '../layer.ts';
import { CallEmitter } from './emit-calls.ts';

/** What writing the calls once, without the file's weights, tells. */
export interface Survey {
  /** Of what outputs need; a dead branch may hold anything. */
  readonly findings: readonly Finding[];
  specsOf(layer: LayerInstance): readonly WeightSpec[] | undefined;
  outputShapes(call: PlannedCall): readonly Shape[] | undefined;
  /** Dtype and shape of a tensor of the plan; undefined where a finding is in the way. */
  value(tensor: Tensor): { readonly dtype: DType; readonly shape: Shape } | undefined;
  readonly warnings: readonly string[];
}

/**
 * A trial run into a graph that is thrown away. A nested model's weights stand in one list, trainable ones first, so where a layer's are
 * is only known when the shapes of all its layers are, dead ones included; and all findings are wanted before any weight is looked for.
 */
export function survey(plan: CallPlan, model: ModelInfo, fileName: string): Survey {
  const emitter = new CallEmitter(model, fileName, (builder, layer, specs) =>
    specs.map(({ shape, kind, role, part }) =>
      builder.weight({
        source: { dtype: 'float32', shape, place: layer.path.join('/'), read: () => invariant(false, 'a survey reads no weights') as never },
        kind,
        trainable: false,
        owner: layer.path,
        role,
        ...(part === undefined ? {} : { part }),
      }),
    ),
  );
  emitter.inputs(plan);
  for (const call of plan.calls) emitter.call(call);
  const warnings = emitter.warnings.lines();
  const findings = [...emitter.findings];
  for (const call of plan.dead) emitter.call(call);
  return {
    findings,
    specsOf: (layer) => emitter.layers.get(layer)?.specs,
    outputShapes: (call) => emitter.outputShapes(call),
    value: (tensor) => {
      const value = emitter.value(tensor);
      return value === undefined ? undefined : emitter.builder.value(value);
    },
    warnings,
  };
}
