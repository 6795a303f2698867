/** Operators in the text of a search, put in and taken out as the filters are pressed. Pure. */
import { operatorText } from '../../../convex/shared/search/operatorText';
import { type Operator, operators } from '../../../convex/shared/search/parseSearch';

/** Of these there may be several. */
const several: readonly Operator[] = ['is', 'tag'];

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const tidy = (text: string) => text.replace(/\s+/g, ' ').trim();

function without(text: string, pattern: string): string {
  return tidy(text.replace(new RegExp(`(^|\\s)${pattern}(?=\\s|$)`, 'giu'), ' '));
}

export function hasOperator(text: string, operator: Operator, value: string): boolean {
  return without(text, escaped(operatorText(operator, value))) !== tidy(text);
}

/** Pressed once it stands there, in place of another value where there can be only one; pressed again it is gone. */
export function toggleOperator(text: string, operator: Operator, value: string): string {
  const said = operatorText(operator, value);
  if (hasOperator(text, operator, value)) return without(text, escaped(said));
  const kept = several.includes(operator) ? tidy(text) : withoutOperator(text, operator);
  return tidy(`${kept} ${said}`);
}

export function withoutOperator(text: string, operator: Operator): string {
  return without(text, `${operator}:(?:"[^"]*"?|\\S*)`);
}

/** The operator alone at the end, for its value to be typed. */
export function beginOperator(text: string, operator: Operator): string {
  const kept = several.includes(operator) ? text : withoutOperator(text, operator);
  return `${kept.trim()} ${operator}:`.trimStart();
}

/** A day as `before:` reads it, by the clock of whoever asks. */
export function dayOf(at: number): string {
  const day = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** The words alone. */
export function withoutOperators(text: string): string {
  return operators.reduce((kept: string, operator) => withoutOperator(kept, operator), text);
}
