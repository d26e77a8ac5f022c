import { parse } from 'csv-parse/sync';
import { TorchliftError } from '../../core/errors.ts';
import { readTextFile } from '../../core/read-text-file.ts';

export interface CsvRow<Column extends string> {
  /** From 1, the header's included. */
  readonly line: number;
  readonly fields: Readonly<Record<Column, string>>;
}

/**
 * The rows of a CSV file with a header. `columns` names those that are needed, with what else each may be called; others are left alone.
 * Errors: `file-not-found`, `limit-exceeded`, `malformed-file` with the line.
 */
export function readCsv<Column extends string>(
  path: string,
  columns: Readonly<Record<Column, readonly string[]>>,
  expected: string,
): readonly CsvRow<Column>[] {
  const malformed = (what: string, cause?: unknown) => new TorchliftError('malformed-file', { what, where: path, remedy: expected, cause });
  let rows: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    rows = parse(readTextFile(path, expected), { bom: true, trim: true, skip_empty_lines: true, info: true }) as unknown as typeof rows;
  } catch (cause) {
    if (cause instanceof TorchliftError) throw cause;
    throw malformed(`isn't CSV: ${(cause as Error).message}`, cause);
  }
  const [header, ...body] = rows;
  if (header === undefined || body.length === 0) throw malformed(header === undefined ? 'is empty' : 'has a header and nothing below it');
  const names = header.record.map((name) => name.toLowerCase());
  const positions = (Object.entries(columns) as [Column, readonly string[]][]).map(([column, aliases]) => {
    const found = names.flatMap((name, position) => ([column, ...aliases].includes(name) ? [position] : []));
    if (found.length === 1) return [column, found[0] as number] as const;
    const got = `the header is ${header.record.join(', ').slice(0, 200)}`;
    throw malformed(`has ${found.length === 0 ? 'no' : 'more than one'} column ${[column, ...aliases].join(' or ')}: ${got}`);
  });
  return body.map(({ record, info }) => ({
    line: info.lines,
    fields: Object.fromEntries(positions.map(([column, position]) => [column, record[position]])) as Record<Column, string>,
  }));
}
