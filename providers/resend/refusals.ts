/** Refusals as they are thrown and answered: a row of the table, filled in. */
import { type Refusal, refusals } from './refusals.rows.ts';

export type RefusalName = keyof typeof refusals;

export class Refused extends Error {
  readonly row: RefusalName;
  readonly status: number;
  /** What is sent: JSON, or plain text where the row has no name. */
  readonly body: { statusCode: number; message: string; name: string } | string;

  constructor(row: RefusalName, fills: Record<string, string | number> = {}) {
    const { status, name, message }: Refusal = refusals[row];
    const text = message.replace(/\{(\w+)\}/g, (_, key: string) => `${fills[key] ?? key}`);
    super(text);
    this.row = row;
    this.status = status;
    this.body = name === null ? text : { statusCode: status, message: text, name };
  }
}

export function refuse(row: RefusalName, fills?: Record<string, string | number>): never {
  throw new Refused(row, fills);
}
