import type { Supervision } from '../engines/supervised-worker.ts';

/** A batch takes seconds on a slow machine; a worker that is silent for minutes is hung. */
export const SUPERVISION: Supervision = { deadlineMs: 180_000, memoryCapBytes: 16e9 };
