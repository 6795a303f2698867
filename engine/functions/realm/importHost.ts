/** What a module meets while it is imported: the time of its push, fixed randomness, its environment, no database. */
import { hash } from 'node:crypto';
import { DeveloperError } from '../../values/errors.ts';
import { environmentOf, type EnvironmentSource } from '../code/environment.ts';
import type { Generation } from '../code/generation.ts';
import { Keystream } from './randomness.ts';
import type { RealmHost } from './realm.ts';

export function importHost(source: EnvironmentSource, component: string, generation: Generation): RealmHost {
  const randomness = new Keystream(() => hash('sha256', `import|${generation.id}`, 'buffer'));
  const environment = environmentOf(component, generation, source);
  const refuse = (): never => {
    throw new DeveloperError('ImportTime', "Can't use database at import time");
  };
  return {
    syncSyscall: refuse,
    asyncSyscall: refuse,
    nowMs: () => generation.createdAtMs,
    randomBytes: (target) => randomness.fill(target),
    log: () => {},
    env: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
    envNames: () => Object.keys(environment),
  };
}
