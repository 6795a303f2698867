/** Function paths: `a/b:c`, `a/b.js:c` and `a/b` (export `default`) all name a function. */
import { HttpError, shortName } from '../../values/errors.ts';

export interface FunctionPath {
  /** With extension: `a/b.js`. */
  module: string;
  name: string;
}

const MODULE = /^[A-Za-z0-9_./]+$/;
/** Far above what files and exports are called. */
const MAX_LENGTH = 1_000;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Parses a path, or gives null when no function could ever have it. */
export function parsePath(text: string): FunctionPath | null {
  if (text.length > MAX_LENGTH) return null;
  const colon = text.lastIndexOf(':');
  const modulePart = colon < 0 ? text : text.slice(0, colon);
  const name = colon < 0 ? 'default' : text.slice(colon + 1);
  const bare = modulePart.endsWith('.js') ? modulePart.slice(0, -3) : modulePart;
  if (bare === '' || !MODULE.test(bare) || !IDENTIFIER.test(name)) return null;
  if (bare.split('/').some((part) => part === '' || part === '.' || part === '..')) return null;
  return { module: `${bare}.js`, name };
}

/** Parses a client's path; one that cannot be a path at all fails the request with status 400. */
export function requirePath(text: string): FunctionPath {
  const path = parsePath(text);
  if (path === null) {
    throw new HttpError(
      400,
      'BadConvexFunctionIdentifier',
      `${shortName(text)} is not a valid path to a Convex function. Expected "module:function".`,
    );
  }
  return path;
}

/** The form shown to people: no extension, no `:default`. */
export function displayPath(path: FunctionPath): string {
  const module = path.module.slice(0, -3);
  return path.name === 'default' ? module : `${module}:${path.name}`;
}

/** The server's own form, `mod.js:fn`. */
export function serverPath(path: FunctionPath): string {
  return `${path.module}:${path.name}`;
}

/** What a function is told about itself: `mod:fn`. */
export function functionName(path: FunctionPath): string {
  return `${path.module.slice(0, -3)}:${path.name}`;
}
