import { invariant } from '../../../core/errors.ts';
import type { OperatorSpec } from '../operator.ts';

/** Sorted by name; adding an operator adds a line here. */
const OPERATORS: readonly OperatorSpec[] = [];

const BY_KEY = new Map(OPERATORS.map((spec) => [`${spec.domain}:${spec.op}`, spec]));

/** The spec of an operator as the graph holds it (one version each: importers raise older versions to it). */
export function findOperator(op: string, domain: string): OperatorSpec {
  const spec = BY_KEY.get(`${domain}:${op}`);
  invariant(spec !== undefined, `no operator ${domain}:${op} in the graph's table`);
  return spec;
}
