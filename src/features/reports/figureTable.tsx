import type { ReactNode } from 'react';
import { type Meant, MeaningButton } from './meaning';

interface Column<Row> {
  name: string;
  /** What it counts, one click away; a name that says it has none. */
  means?: string;
  cell: (row: Row) => ReactNode;
  /** Below all rows. */
  foot?: ReactNode;
}

interface Props<Row> {
  label: string;
  /** Of the first column: what a row is about. */
  head: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  onMeaning: (meant: Meant) => void;
  /** Of the line below all rows. */
  foot?: string;
}

const cell = 'px-3 py-1.5 text-right whitespace-nowrap';
/** Stays where it is while the others are moved below it. */
const first = 'sticky left-0 min-w-32 max-w-48 px-3 py-1.5 text-left';

/** Figures of each of some: wider than its place, it is moved by itself, by keys as well, and shows a shade where there is more. */
export function FigureTable<Row extends { name: string }>(props: Props<Row>) {
  const { label, head, columns, rows, keyOf, onMeaning, foot } = props;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className="shows-more overflow-x-auto rounded-lg border border-line"
    >
      <table className="w-full text-sm tabular-nums">
        <thead className="bg-surface-2 text-ink-2">
          <tr>
            <th scope="col" className={`${first} bg-surface-2 font-medium`}>
              {head}
            </th>
            {columns.map(({ name, means }) => (
              <th key={name} scope="col" className={`${cell} font-medium`}>
                <span className="inline-flex items-center gap-0.5">
                  {name}
                  {means !== undefined && <MeaningButton of={{ name, means }} onMeaning={onMeaning} />}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-t border-line">
              <th scope="row" dir="auto" className={`${first} bg-surface font-normal wrap-anywhere`}>
                {row.name}
              </th>
              {columns.map(({ name, cell: shown }) => (
                <td key={name} className={cell}>
                  {shown(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && (
          <tfoot className="border-t border-line bg-surface-2 text-ink-2">
            <tr>
              <th scope="row" className={`${first} bg-surface-2 font-medium`}>
                {foot}
              </th>
              {columns.map(({ name, foot: shown }) => (
                <td key={name} className={cell}>
                  {shown}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
