import { type Html, html } from '../core/html.ts';
import { scrollBox } from './scroll-box.ts';

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

export const number = (title: string): Column => ({ title, isNumber: true });
export const text = (title: string): Column => ({ title });

export function table(columns: readonly Column[], rows: readonly (readonly (Html | string | number | null)[])[]): Html {
  const kind = ({ isNumber }: Column) => (isNumber === true ? 'number' : 'text');
  const titles = columns.flatMap(({ title }) => (title === '' ? [] : [title]));
  return scrollBox(
    html`<table>
<thead><tr>${columns.map((column) => html`<th class="${kind(column)}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td class="${kind(columns[index] as Column)}">${cell}</td>`)}</tr>\n`)}</tbody>
</table>`,
    `Table: ${titles.join(', ')}`,
  );
}
