import { type Expression, type Node, parse } from 'acorn';

/**
 * The value of `module.exports = <literal>` inside a script, read as data: the script is parsed, never run.
 * Throws where there is no such assignment or its right side is more than a literal.
 */
export function readExportedLiteral(script: string): unknown {
  const found = findExport(parse(script, { ecmaVersion: 2022 }));
  if (found === undefined) throw new Error('no module.exports of a literal in the script');
  return evaluate(found);
}

function findExport(node: Node): Expression | undefined {
  const { type, ...fields } = node as Node & Record<string, unknown>;
  if (type === 'AssignmentExpression' && isExports(fields.left as Node) && isLiteral(fields.right as Node)) return fields.right as Expression;
  for (const field of Object.values(fields)) {
    for (const child of Array.isArray(field) ? field : [field]) {
      const found = typeof child?.type === 'string' ? findExport(child as Node) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isExports(node: Node): boolean {
  const { type, property } = node as Node & { property?: { name?: string } };
  return type === 'MemberExpression' && property?.name === 'exports';
}

function isLiteral(node: Node): boolean {
  return node.type === 'ObjectExpression' || (node.type === 'Literal' && typeof (node as Node & { value?: unknown }).value === 'string');
}

function evaluate(node: Expression): unknown {
  switch (node.type) {
    case 'Literal':
      return node.value;
    case 'ArrayExpression':
      return node.elements.map((element) => evaluate(element as Expression));
    case 'ObjectExpression':
      return Object.fromEntries(
        node.properties.map((property) => {
          if (property.type !== 'Property') throw new Error(`${property.type} in a literal`);
          const { key } = property;
          return [key.type === 'Identifier' ? key.name : String((key as { value?: unknown }).value), evaluate(property.value as Expression)];
        }),
      );
    case 'UnaryExpression': {
      const value = evaluate(node.argument);
      if (node.operator === '-') return -(value as number);
      if (node.operator === '!') return !value;
      if (node.operator === 'void') return undefined;
      break;
    }
  }
  throw new Error(`${node.type} in a literal`);
}
