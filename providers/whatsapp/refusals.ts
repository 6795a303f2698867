/** Refusals as they are thrown and answered: a row of the table, filled in. */
import { newTrace } from './ids.ts';
import { type Refusal, refusals } from './refusals.rows.ts';

export type RefusalName = keyof typeof refusals;

export interface ErrorBody {
  code: number;
  title: string;
  message: string;
  error_data: { messaging_product: 'whatsapp'; details: string };
}

function filled(row: RefusalName, fills: Record<string, string | number>): Refusal {
  const refusal: Refusal = refusals[row];
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, key: string) => `${fills[key] ?? key}`);
  return { ...refusal, message: fill(refusal.message), details: fill(refusal.details) };
}

export class Refused extends Error {
  readonly row: RefusalName;
  readonly status: number;
  readonly body: object;

  constructor(row: RefusalName, fills: Record<string, string | number> = {}) {
    const { status, code, message, details, subcode } = filled(row, fills);
    super(message);
    this.row = row;
    this.status = status;
    this.body = {
      error: {
        message: `(#${code}) ${message}`,
        type: 'OAuthException',
        code,
        ...(subcode !== undefined && { error_subcode: subcode }),
        error_data: { messaging_product: 'whatsapp', details },
        fbtrace_id: newTrace(),
      },
    };
  }
}

export function refuse(row: RefusalName, fills?: Record<string, string | number>): never {
  throw new Refused(row, fills);
}

/** The same, as a status tells it. */
export function asStatusError(row: RefusalName): ErrorBody {
  const { code, message, details } = filled(row, {});
  return { code, title: message, message, error_data: { messaging_product: 'whatsapp', details } };
}
