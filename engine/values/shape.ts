/**
 * What JSON from outside may look like, judged before anything walks, prints or stores it (V10).
 *
 * Everything here stops at the first excess, so that it costs what is allowed and not what was sent. `excessOfText` comes
 * before `JSON.parse` for texts that are not small: a hundred thousand names take longer to parse than anybody may wait.
 */
import { EDGES } from './edges.ts';
import { LIMITS } from './limits.ts';
import type { JsonValue } from './value.ts';

/** Far above what values may nest (64), far below what a stack holds. */
export const MAX_JSON_DEPTH = EDGES.nesting.most;

export function nestsDeeperThan(json: JsonValue | undefined, levels: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (levels === 0) return true;
  const children = Array.isArray(json) ? json : Object.values(json);
  return children.some((child) => nestsDeeperThan(child, levels - 1));
}

/** The official sentence about the first thing in which `json` is more than a value may be, or null. */
export function excessOf(json: JsonValue): string | null {
  return excessAt(json, 0);
}

function excessAt(json: JsonValue, depth: number): string | null {
  if (typeof json !== 'object' || json === null) return null;
  if (depth >= LIMITS.valueNesting) return tooNested(depth + 1);
  if (Array.isArray(json)) {
    if (json.length > LIMITS.arrayLength) return tooLong(json.length);
    for (const item of json) {
      const excess = excessAt(item, depth + 1);
      if (excess !== null) return excess;
    }
    return null;
  }
  let fields = 0;
  for (const name in json) {
    if (++fields > LIMITS.objectFields) return tooManyFields(Object.keys(json).length);
    const excess = excessAt(json[name]!, depth + 1);
    if (excess !== null) return excess;
  }
  return null;
}

/** Whether the texts in it have more than so many characters (UTF-16 units) in all. Looks at each of them, not at what is in it. */
export function holdsMoreText(json: JsonValue, most: number): boolean {
  let left = most;
  const isOver = (part: JsonValue): boolean => {
    if (typeof part === 'string') return (left -= part.length) < 0;
    if (typeof part !== 'object' || part === null) return false;
    return (Array.isArray(part) ? part : Object.values(part)).some(isOver);
  };
  return isOver(json);
}

/**
 * What is too much in a JSON text that is not parsed yet, or null: fields of one object, depth, and names and values in all.
 * Trusts it to be JSON, and a small one not to take long.
 */
export function excessOfText(text: string, mostParts = Infinity): string | null {
  if (text.length <= LIMITS.strangerBytes) return null;
  let parts = 0;
  /** Commas seen in each open container. */
  const commas: number[] = [];
  const isObject: boolean[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34 /* " */) {
      at = endOfString(text, at);
    } else if (code === 44 /* , */) {
      const open = commas.length - 1;
      if (open < 0) continue;
      if (++commas[open]! >= LIMITS.objectFields && isObject[open]) return tooManyFields(commas[open]! + 1);
      if (++parts > mostParts) return tooManyParts(mostParts);
    } else if (code === 123 /* { */ || code === 91 /* [ */) {
      if (commas.push(0) > MAX_JSON_DEPTH) return tooNested(commas.length);
      isObject.push(code === 123);
      if (++parts > mostParts) return tooManyParts(mostParts);
    } else if (code === 125 /* } */ || code === 93 /* ] */) {
      commas.pop();
      isObject.pop();
    }
  }
  return null;
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === 92 /* \ */) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

function tooManyFields(count: number): string {
  return `Object has too many fields (${count} > maximum number ${LIMITS.objectFields})`;
}

function tooManyParts(most: number): string {
  return `There are more than ${most} names and values`;
}

function tooLong(length: number): string {
  return `Array length is too long (${length} > maximum length ${LIMITS.arrayLength})`;
}

function tooNested(levels: number): string {
  return `Value is too nested (nested ${levels} levels deep > maximum nesting ${LIMITS.valueNesting})`;
}
