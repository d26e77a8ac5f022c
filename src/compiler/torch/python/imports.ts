import type { Import, Statement } from './syntax.ts';

/** The imports that a file's body needs, in the order Python's formatters keep. */
export function importsFor(body: readonly Statement[]): readonly Import[] {
  const names = usedNames(body);
  const modules: Import[] = [
    { group: 'future', module: '__future__', names: ['annotations'] },
    { group: 'standard', module: 'base64' },
    { group: 'standard', module: 'json' },
    { group: 'standard', module: 'mmap' },
    { group: 'standard', module: 'pathlib', names: ['Path'] },
    { group: 'torch', module: 'torch' },
    { group: 'torch', module: 'torch', names: ['Tensor', 'nn'].filter((name) => names.has(name)) },
  ];
  const imports = modules.filter(
    ({ group, module, names: imported }) => group === 'future' || (imported ?? [module]).some((name) => names.has(name)),
  );
  return names.has('F') ? [...imports, { group: 'torch', module: 'torch.nn', names: ['functional as F'] }] : imports;
}

function usedNames(body: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    else if (typeof node === 'object' && node !== null) {
      if ('kind' in node && node.kind === 'name' && 'name' in node) names.add(String(node.name));
      if ('kind' in node && node.kind === 'source' && 'text' in node)
        for (const name of String(node.text).match(/\b[A-Za-z_]\w*\b/g) ?? []) names.add(name);
      for (const item of Object.values(node)) visit(item);
    }
  };
  visit(body);
  return names;
}
