/** Fields that a team keeps of its customers, and what may stand in them. Pure. */
import { type Infer, v } from 'convex/values';
import { firstUnits, isVisible } from '../kit/text';

export const vFieldKind = v.union(
  v.literal('text'),
  v.literal('number'),
  v.literal('date'),
  v.literal('choice'),
);
export type FieldKind = Infer<typeof vFieldKind>;

/** A day as `2026-11-28`; a number as such, all else as a text. */
export const vFieldValue = v.union(v.string(), v.number());
export type FieldValue = Infer<typeof vFieldValue>;

/** Of one team. */
export const maxFields = 20;
export const maxFieldName = 40;
export const maxChoices = 50;
export const maxChoiceLength = 60;
export const maxFieldText = 500;

export interface FieldOf {
  kind: FieldKind;
  choices?: readonly string[] | undefined;
}

/** As it is kept; a sentence where it may not stand there. */
export function readFieldValue(
  { kind, choices = [] }: FieldOf,
  given: FieldValue,
): { value: FieldValue } | { fault: string } {
  if (kind === 'number') {
    const isNumber = typeof given === 'number' && Number.isFinite(given);
    return isNumber ? { value: given } : { fault: 'This field holds a number.' };
  }
  if (typeof given !== 'string') return { fault: 'This field holds a text.' };
  const text = given.trim();
  if (kind === 'date')
    return isDay(text) ? { value: text } : { fault: 'This field holds a day: 2026-11-28.' };
  if (kind === 'choice') {
    return choices.includes(text) ? { value: text } : { fault: 'This field holds one of its choices.' };
  }
  const isShort = firstUnits(text, maxFieldText) === text;
  if (isVisible(text) && isShort) return { value: text };
  return { fault: `This field holds 1 to ${maxFieldText} characters.` };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
