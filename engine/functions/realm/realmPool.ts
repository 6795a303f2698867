/**
 * Warm realms of one generation, per component. A call takes an idle realm, a nested call into the same component takes
 * another: a running realm is never entered again. Module state lives as long as its realm, as upstream.
 */
import type { Generation } from '../code/generation.ts';
import { Realm } from './realm.ts';

/** Idle realms kept per component; nesting deeper than this pays for a fresh one. */
const KEEP_IDLE = 8;

export class RealmPool {
  readonly generation: Generation;
  readonly #idle = new Map<string, Realm[]>();

  constructor(generation: Generation) {
    this.generation = generation;
  }

  /** A realm nobody uses. One that is not given back (its call was interrupted) is simply forgotten. */
  acquire(component: string): Realm {
    return this.#idle.get(component)?.pop() ?? new Realm(this.generation.modules(component));
  }

  release(component: string, realm: Realm): void {
    const idle = this.#idle.get(component);
    if (idle === undefined) this.#idle.set(component, [realm]);
    else if (idle.length < KEEP_IDLE) idle.push(realm);
  }
}
