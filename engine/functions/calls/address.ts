/**
 * Which function an address in a syscall means: a name in the calling component, a reference to one of its children, or a
 * handle. Internal functions of another component are out of reach by reference (§9.4).
 */
import type { FunctionInfo, Generation } from '../code/generation.ts';
import { displayPath, type FunctionPath, parsePath } from '../code/paths.ts';
import { FunctionFailure } from './failure.ts';
import { notFound } from './failure.ts';
import type { Handles } from './handles.ts';

export interface Address {
  name?: string;
  functionHandle?: string;
  reference?: string;
}

export interface Resolved {
  component: string;
  path: FunctionPath;
}

/** Resolves to component and path; whether the function exists is the next question. */
export function resolveAddress(
  address: Address,
  from: string,
  generation: Generation,
  handles: Handles,
): Resolved {
  if (typeof address.functionHandle === 'string') {
    const found = handles.resolve(address.functionHandle);
    if (
      found === null ||
      generation.findFunction(found.component, found.path.module, found.path.name) === null
    ) {
      throw new FunctionFailure('Function handle not found', { code: 'FunctionHandleNotFound' });
    }
    return found;
  }
  if (typeof address.reference === 'string') return resolveReference(address.reference, from, generation);
  const path = parsePath(String(address.name));
  if (path === null) throw notFound(String(address.name), from, true);
  return { component: from, path };
}

function resolveReference(reference: string, from: string, generation: Generation): Resolved {
  const unresolved = (): FunctionFailure =>
    new FunctionFailure(`Couldn't resolve ${reference}`, { code: 'UnresolvedReference' });
  const parts = reference.split('/');
  if (parts[0] !== '_reference') throw unresolved();
  if (parts[1] === 'function') {
    const path = parsePath(parts.slice(2).join('/'));
    if (path === null) throw unresolved();
    return { component: from, path };
  }
  if (parts[1] !== 'childComponent') throw unresolved();
  const component = generation.component(from)?.children[parts[2] ?? ''];
  if (component === undefined || parts.length < 5) throw unresolved();
  const path = parsePath(`${parts.slice(3, -1).join('/')}:${parts.at(-1)}`);
  const info = path === null ? null : generation.findFunction(component, path.module, path.name);
  if (path === null || info === null || info.visibility !== 'public') throw unresolved();
  return { component, path };
}

/** The function at a resolved address; throws the not-found text. */
export function requireFunction(resolved: Resolved, generation: Generation): FunctionInfo {
  const info = generation.findFunction(resolved.component, resolved.path.module, resolved.path.name);
  if (info === null) throw notFound(displayPath(resolved.path), resolved.component, true);
  return info;
}
