/**
 * What the page tells the chat by `baton(command, value)` (docs/widget.md). The page is the customer's, not ours: what it says is
 * checked here, and what cannot be understood is said in the console, for whoever writes it.
 */
import { type GivenAttribute, readAttributes } from '../../convex/shared/customer/attributes';
import type { Said } from './protocol';

/** What a page says of its customer without a signature. */
export interface Claims {
  name?: string;
  email?: string;
  attributes: GivenAttribute[];
}

type Command =
  | { type: 'identify'; token: string }
  | { type: 'describe'; claims: Claims }
  | { type: 'reset' }
  | { type: 'consent'; isGiven: boolean }
  | { type: 'wrong'; why: string };

const wrong = (why: string): Command => ({ type: 'wrong', why });

export function readCommand([name, json]: Said): Command {
  const value = valueOf(json);
  if (name === 'reset') return { type: 'reset' };
  if (name === 'consent')
    return typeof value === 'boolean'
      ? { type: 'consent', isGiven: value }
      : wrong('consent takes true or false');
  if (name === 'setAttributes') {
    const attributes = readAttributes(value);
    return attributes === null
      ? wrong('setAttributes takes an object of texts, numbers, true, false or null')
      : { type: 'describe', claims: { attributes } };
  }
  if (name !== 'identify') return wrong(`there is no command “${name}”`);
  return readIdentify(Object(value) as Record<string, unknown>);
}

function readIdentify({ token, name, email, attributes = {} }: Record<string, unknown>): Command {
  if (token !== undefined) {
    return typeof token === 'string' && token !== ''
      ? { type: 'identify', token }
      : wrong('the token of identify is not a text');
  }
  const given = readAttributes(attributes);
  if (given === null || !isTextOrNone(name) || !isTextOrNone(email) || !(name || email || given.length > 0))
    return wrong('identify takes { token }, or { name, email, attributes }');
  return {
    type: 'describe',
    claims: { ...(name && { name }), ...(email && { email }), attributes: given },
  };
}

const isTextOrNone = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whom a token says to be about, as nobody has checked yet; null: it says nothing. */
export function subjectOf(token: string): string | null {
  try {
    const part = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
