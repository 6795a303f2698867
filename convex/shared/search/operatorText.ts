/** How an operator of a search is written, so that it is read as that and nothing beside it (parseSearch.ts). Pure. */
import type { Operator } from './parseSearch';

/**
 * With its value. No quote can stand between quotes: where a value has one of its own, whoever chose it would have written what follows.
 */
export function operatorText(operator: Operator, value: string): string {
  return `${operator}:${/[\s"]/.test(value) ? `"${unquoted(value)}"` : value}`;
}

/** As values that have quotes, or spaces of any kind, are compared. */
export const unquoted = (value: string): string => value.replace(/[\s"]+/g, ' ').trim();
