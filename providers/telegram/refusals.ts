/** A request that the Bot API refuses, with the answer of its row. */
import { refusals, type RefusalName } from './refusals.rows.ts';

export class Refused extends Error {
  readonly code: number;
  readonly description: string;
  readonly parameters: Record<string, number> | undefined;

  constructor(name: RefusalName, given: Record<string, string | number> = {}) {
    const { code, description } = refusals[name];
    const filled = description.replace(/\{(\w+)\}/g, (_, field: string) => String(given[field] ?? ''));
    super(filled);
    this.code = code;
    this.description = filled;
    if (name === 'tooFast') this.parameters = { retry_after: Number(given.seconds) };
  }
}

export function refuse(name: RefusalName, given?: Record<string, string | number>): never {
  throw new Refused(name, given);
}
