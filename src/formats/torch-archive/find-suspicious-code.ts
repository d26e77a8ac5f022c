export interface SuspiciousName {
  /** From 1. */
  readonly line: number;
  /** As it stands in the code: `torch.from_file`. */
  readonly name: string;
}

/**
 * Operators that reach out of the process. `from_file` maps a file, and creates and writes it with `shared=True`; `save` writes one.
 * Source: the schemas that torch 2.13 registers (`torch._C._jit_get_all_schemas`).
 */
const OUTSIDE_OPERATORS = /\.(from_file|save|rpc_async|rpc_sync|rpc_remote|load_tensor)\b/;
/** Those that come with torch and compute only; any other namespace is a loaded library's. */
const PLAIN_NAMESPACES = new Set(['aten', 'prim', 'prims', 'quantized', '_quantized', 'mkldnn', 'mkldnn_prepacked', 'onednn', 'sparse']);
const MAX_FINDINGS = 100;

/** Names in TorchScript code that a classifier has no use for. A plain search, not a proof; texts in quotes are passed over. At most 100. */
export function findSuspiciousCode(code: string): SuspiciousName[] {
  const found: SuspiciousName[] = [];
  for (const [index, text] of code.split('\n').entries()) {
    const line = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
    for (const [name] of line.matchAll(/[\w\])"]+(?:\.\w+)+/g)) {
      const [root, namespace = ''] = name.split('.');
      const isForeign = (root === 'ops' && !PLAIN_NAMESPACES.has(namespace)) || name.startsWith('__torch__.torch.classes.');
      if ((isForeign || OUTSIDE_OPERATORS.test(name)) && found.length < MAX_FINDINGS) found.push({ line: index + 1, name });
    }
  }
  return found;
}
