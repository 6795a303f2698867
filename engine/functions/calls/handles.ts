/**
 * Function handles: `function://<id>#<mod:fn>`. The id names component and function and carries a tag only this data
 * folder can make, so a handle is the same every time it is created, outlives every push, and cannot be invented.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { functionName, parsePath, type FunctionPath } from '../code/paths.ts';

const PREFIX = 'function://';
const TAG_BYTES = 12;

export class Handles {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  create(component: string, path: FunctionPath): string {
    const named = Buffer.from(`${component}\n${functionName(path)}`);
    return `${PREFIX}${named.toString('base64url')}.${this.#tag(named).toString('base64url')}#${functionName(path)}`;
  }

  /** What a handle means, or null when it is none of ours. The part after `#` is for people. */
  resolve(handle: string): { component: string; path: FunctionPath } | null {
    if (!handle.startsWith(PREFIX)) return null;
    const [named, tag] = handle
      .slice(PREFIX.length)
      .split('#')[0]!
      .split('.')
      .map((part) => Buffer.from(part, 'base64url'));
    if (
      named === undefined ||
      tag === undefined ||
      tag.length !== TAG_BYTES ||
      !timingSafeEqual(tag, this.#tag(named))
    )
      return null;
    const [component, name] = named.toString().split('\n') as [string, string];
    const path = parsePath(name);
    return path === null ? null : { component, path };
  }

  #tag(named: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret).update(named).digest().subarray(0, TAG_BYTES);
  }
}
