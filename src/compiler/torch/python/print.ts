import { docstringText, floatLiteral, proseText, stringLiteral } from './literals.ts';
import type { ClassDefinition, Expression, FunctionDefinition, Import, Keyword, Module, Parameter, Slice, Statement } from './syntax.ts';

/** Wide enough that a convolution with its options, or one unit of a forward, stays on one line. */
export const LINE_WIDTH = 110;
const INDENT = '    ';

/** The whole file, with a newline at its end. */
export function printModule(module: Module): string {
  const parts = [docstringLines(module.docstring, '').join('\n'), importText(module.imports)];
  for (const statement of module.body) parts.push(`${statementLines(statement, '').join('\n')}`);
  const [docstring, imports, ...definitions] = parts;
  return `${docstring}\n\n${imports}\n\n\n${definitions.join('\n\n\n')}\n`;
}

/** An expression on one line. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'name':
      return expression.name;
    case 'attribute':
      return `${expression.object.kind === 'int' ? `(${printExpression(expression.object)})` : operand(expression.object, PRECEDENCE_PRIMARY)}.${expression.name}`;
    case 'call':
      return `${operand(expression.callee, PRECEDENCE_PRIMARY)}(${callItems(expression).join(', ')})`;
    case 'subscript':
      return `${operand(expression.object, PRECEDENCE_PRIMARY)}[${subscriptItems(expression.items)}]`;
    case 'binary':
      return binaryText(expression);
    case 'unary':
      return expression.operator === 'not'
        ? `not ${operand(expression.operand, PRECEDENCE_NOT)}`
        : `-${operand(expression.operand, PRECEDENCE_UNARY)}`;
    case 'tuple':
      return expression.items.length === 1
        ? `(${expression.items.map(printExpression).join('')},)`
        : `(${expression.items.map(printExpression).join(', ')})`;
    case 'list':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'int':
      return String(expression.value);
    case 'float':
      return floatLiteral(expression.value);
    case 'string':
      return stringLiteral(expression.value);
    case 'constant':
      return expression.value;
  }
}

function statementLines(statement: Statement, indent: string): string[] {
  switch (statement.kind) {
    case 'assign': {
      const targets = statement.targets.map(printExpression).join(', ');
      return withComment(expressionLines(`${indent}${targets} = `, statement.value, indent, ''), statement.comment, indent);
    }
    case 'annotate':
      return [`${indent}${printExpression(statement.target)}: ${printExpression(statement.annotation)}`];
    case 'expression':
      return withComment(expressionLines(indent, statement.value, indent, ''), statement.comment, indent);
    case 'return': {
      const { value } = statement;
      // A tuple needs no parentheses while it fits.
      const bare = value.kind === 'tuple' && value.items.length > 1 ? `${indent}return ${value.items.map(printExpression).join(', ')}` : undefined;
      return bare !== undefined && bare.length <= LINE_WIDTH ? [bare] : expressionLines(`${indent}return `, value, indent, '');
    }
    case 'comment':
      return [`${indent}# ${proseText(statement.text)}`];
    case 'blank':
      return [''];
    case 'function':
      return functionLines(statement, indent);
    case 'class':
      return classLines(statement, indent);
    case 'source':
      return statement.text.split('\n').map((line) => (line === '' ? '' : `${indent}${line}`));
  }
}

/** A comment behind the statement where it fits, above it otherwise. */
function withComment(lines: string[], comment: string | undefined, indent: string): string[] {
  if (comment === undefined) return lines;
  const text = `# ${proseText(comment)}`;
  const [only] = lines;
  if (lines.length === 1 && only !== undefined && only.length + 2 + text.length <= LINE_WIDTH) return [`${only}  ${text}`];
  return [`${indent}${text}`, ...lines];
}

function functionLines(definition: FunctionDefinition, indent: string): string[] {
  const parameters = definition.parameters.map(parameterText);
  const end = `) -> ${printExpression(definition.returns)}:`;
  const flat = `${indent}def ${definition.name}(${parameters.join(', ')}${end}`;
  const inner = `${indent}${INDENT}`;
  const oneLine = `${inner}${parameters.join(', ')}`;
  const head =
    flat.length <= LINE_WIDTH
      ? [flat]
      : oneLine.length <= LINE_WIDTH
        ? [`${indent}def ${definition.name}(`, oneLine, `${indent}${end}`]
        : [`${indent}def ${definition.name}(`, ...parameters.map((parameter) => `${inner}${parameter},`), `${indent}${end}`];
  const docstring = definition.docstring === undefined ? [] : docstringLines(definition.docstring, inner);
  return [...head, ...docstring, ...definition.body.flatMap((statement) => statementLines(statement, inner))];
}

function classLines(definition: ClassDefinition, indent: string): string[] {
  const inner = `${indent}${INDENT}`;
  const lines = [`${indent}class ${definition.name}(${printExpression(definition.base)}):`];
  if (definition.docstring !== undefined) lines.push(...docstringLines(definition.docstring, inner));
  definition.body.forEach((statement, index) => {
    if (index > 0 || definition.docstring !== undefined) lines.push('');
    lines.push(...statementLines(statement, inner));
  });
  return lines;
}

function parameterText({ name, annotation, default: value }: Parameter): string {
  if (annotation === undefined) return name;
  return `${name}: ${printExpression(annotation)}${value === undefined ? '' : ` = ${printExpression(value)}`}`;
}

function docstringLines(text: string, indent: string): string[] {
  const lines = text.split('\n').map((line) => docstringText(line).trimEnd());
  if (lines.length === 1) return [`${indent}"""${lines[0]}"""`];
  return lines.map((line, index) => (index === 0 ? `${indent}"""${line}` : line === '' ? '' : `${indent}${line}`)).concat(`${indent}"""`);
}

function importText(imports: readonly Import[]): string {
  const group = (name: Import['group']) =>
    imports
      .filter((item) => item.group === name)
      .map((item) => (item.names === undefined ? `import ${item.module}` : `from ${item.module} import ${item.names.join(', ')}`))
      .join('\n');
  return [group('future'), group('standard'), group('torch')].filter((text) => text !== '').join('\n\n');
}

/**
 * An expression after `prefix`, broken inside its outermost brackets where it is too long: the items on one line of their own if they fit,
 * else one a line with a trailing comma.
 */
function expressionLines(prefix: string, expression: Expression, indent: string, suffix: string): string[] {
  const flat = `${prefix}${printExpression(expression)}${suffix}`;
  if (flat.length <= LINE_WIDTH) return [flat];
  const bracketed = brackets(expression);
  if (bracketed === undefined || bracketed.items.length === 0) return inParentheses(prefix, expression, indent, suffix);
  const { open, items, close, isOneTuple } = bracketed;
  const inner = `${indent}${INDENT}`;
  const oneLine = `${inner}${items.map(itemText).join(', ')}`;
  if (oneLine.length <= LINE_WIDTH && !isOneTuple && expression.kind === 'call') return [`${prefix}${open}`, oneLine, `${indent}${close}${suffix}`];
  const lines = items.flatMap((item) =>
    'value' in item && 'name' in item ? expressionLines(`${inner}${item.name}=`, item.value, inner, ',') : expressionLines(inner, item, inner, ','),
  );
  return [`${prefix}${open}`, ...lines, `${indent}${close}${suffix}`];
}

function inParentheses(prefix: string, expression: Expression, indent: string, suffix: string): string[] {
  const inner = `${indent}${INDENT}`;
  if (expression.kind !== 'binary') return [`${prefix}${printExpression(expression)}${suffix}`];
  const { left, operator, right } = expression;
  const precedence = PRECEDENCE[operator];
  return [`${prefix}(`, `${inner}${operand(left, precedence)}`, `${inner}${operator} ${operand(right, precedence + 1)}`, `${indent})${suffix}`];
}

type Item = Expression | Keyword;

function brackets(expression: Expression): { open: string; items: readonly Item[]; close: string; isOneTuple: boolean } | undefined {
  if (expression.kind === 'call') {
    const open = `${operand(expression.callee, PRECEDENCE_PRIMARY)}(`;
    return { open, items: [...expression.arguments, ...expression.keywords], close: ')', isOneTuple: false };
  }
  if (expression.kind === 'list') return { open: '[', items: expression.items, close: ']', isOneTuple: false };
  if (expression.kind === 'tuple') return { open: '(', items: expression.items, close: ')', isOneTuple: expression.items.length === 1 };
  return undefined;
}

function callItems(call: Expression & { kind: 'call' }): string[] {
  return [...call.arguments.map(printExpression), ...call.keywords.map(itemText)];
}

function itemText(item: Item): string {
  return 'kind' in item ? printExpression(item) : `${item.name}=${printExpression(item.value)}`;
}

function subscriptItems(items: readonly (Expression | Slice)[]): string {
  return items.map((item) => (item.kind === 'slice' ? sliceText(item) : printExpression(item))).join(', ');
}

function sliceText({ start, stop, step }: Slice): string {
  const text = (part: Expression | undefined) => (part === undefined ? '' : printExpression(part));
  return `${text(start)}:${text(stop)}${step === undefined ? '' : `:${text(step)}`}`;
}

const PRECEDENCE_NOT = 2;
const PRECEDENCE_UNARY = 7;
const PRECEDENCE_PRIMARY = 9;
const PRECEDENCE = {
  and: 1,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '==': 3,
  '!=': 3,
  '|': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
  '**': 8,
} as const;

function binaryText({ operator, left, right }: Expression & { kind: 'binary' }): string {
  const precedence = PRECEDENCE[operator];
  // `**` binds to the right; comparisons would chain.
  const leftMinimum = operator === '**' || precedence === PRECEDENCE['<'] ? precedence + 1 : precedence;
  const space = operator === '**' && isSimple(left) && isSimple(right) ? '' : ' ';
  return `${operand(left, leftMinimum)}${space}${operator}${space}${operand(right, precedence + 1)}`;
}

/** Names and numbers stand close to `**`. */
function isSimple(expression: Expression): boolean {
  if (expression.kind === 'attribute') return isSimple(expression.object);
  return expression.kind === 'name' || expression.kind === 'int' || expression.kind === 'float';
}

function operand(expression: Expression, minimum: number): string {
  const text = printExpression(expression);
  return precedenceOf(expression, text) < minimum ? `(${text})` : text;
}

function precedenceOf(expression: Expression, text: string): number {
  if (expression.kind === 'binary') return PRECEDENCE[expression.operator];
  if (expression.kind === 'unary') return expression.operator === 'not' ? PRECEDENCE_NOT : PRECEDENCE_UNARY;
  if (expression.kind === 'int' || expression.kind === 'float') return text.startsWith('-') ? PRECEDENCE_UNARY : PRECEDENCE_PRIMARY;
  return PRECEDENCE_PRIMARY;
}
