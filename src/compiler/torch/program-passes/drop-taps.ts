import type { Program } from '../program.ts';
import { removeDeadStatements } from './remove-dead-statements.ts';

/** For artefacts that give scores only: what stood there for a tap alone goes. */
export function dropTaps(program: Program): Program {
  return removeDeadStatements({ ...program, taps: new Map() });
}
