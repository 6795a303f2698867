/**
 * What a site says of its customer beside name and address (docs/rules.md M9, E6): a few short values, each signed or only
 * claimed. A list, for a name may be any word, also one that an object would take for its own. Pure.
 */
import { isVisible, oneLine } from '../kit/text';

type Value = string | number | boolean;

export interface Attribute {
  name: string;
  value: Value;
  /** A signed token said so; absent: it is only claimed. */
  isProven?: true;
}

/** `null`: it goes. */
export interface GivenAttribute {
  name: string;
  value: Value | null;
}

const maxAttributes = 20;
const maxAttributeName = 40;
const maxAttributeValue = 200;

/** What is wrong with them, as a sentence; null: nothing. */
export function faultOf(given: readonly GivenAttribute[]): string | null {
  if (given.length > maxAttributes) return `There are at most ${maxAttributes} attributes.`;
  for (const { name, value } of given) {
    if (
      !isVisible(name) ||
      name.length > maxAttributeName ||
      !/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_ .:-]*$/u.test(name)
    )
      return `The name of an attribute begins with a letter or digit and has at most ${maxAttributeName} of them, spaces and _ . : -`;
    if (typeof value === 'string' && (value.length > maxAttributeValue || !value.isWellFormed()))
      return `The value of an attribute has at most ${maxAttributeValue} characters.`;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'A number has to be finite.';
  }
  return null;
}

/** As a page or a token gives them, `{plan: "pro"}`; null: something else. */
export function readAttributes(given: unknown): GivenAttribute[] | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const read: GivenAttribute[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) return null;
    read.push({ name, value: value as GivenAttribute['value'] });
  }
  return read;
}

/**
 * What is known once these are said, too: by name, the newest last. What was signed is changed by a signature alone, and what is
 * signed goes before what is claimed where there are too many. The same array where nothing changes.
 */
export function withAttributes(
  known: Attribute[],
  given: readonly GivenAttribute[],
  isProven: boolean,
): Attribute[] {
  let next = known;
  for (const { name, value } of given) {
    const before = next.find((each) => each.name === name);
    if (before?.isProven && !isProven) continue;
    const said = typeof value === 'string' ? oneLine(value) : value;
    if (before !== undefined && before.value === said && (before.isProven ?? false) === isProven) continue;
    next = next.filter((each) => each.name !== name);
    if (said !== null && said !== '')
      next.push({ name, value: said, ...(isProven && { isProven: true as const }) });
  }
  return next === known ? known : bounded(next);
}

function bounded(all: Attribute[]): Attribute[] {
  const spare = all.length - maxAttributes;
  if (spare <= 0) return all;
  const goFirst = [...all.filter(({ isProven }) => !isProven), ...all.filter(({ isProven }) => isProven)];
  const gone = new Set(goFirst.slice(0, spare));
  return all.filter((each) => !gone.has(each));
}
