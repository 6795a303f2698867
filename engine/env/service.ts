/**
 * The environment as it is now, for everything that runs.
 *
 * Holds the committed variables in memory; whoever commits a change calls `reload` afterwards and invalidates what depended on
 * the old ones.
 */
import { createHash } from 'node:crypto';
import type { Committer } from '../transaction/committer.ts';
import { listEnvironment, withBuiltins, type EnvironmentVariable, type Variables } from './environment.ts';

export class Environment {
  readonly #committer: Committer;
  readonly #urls: () => { cloud: string; site: string };
  #variables: EnvironmentVariable[] = [];
  #current: Variables | null = null;

  constructor(committer: Committer, urls: () => { cloud: string; site: string }) {
    this.#committer = committer;
    this.#urls = urls;
    this.reload();
  }

  /** What functions see. The object is replaced, never changed. */
  current(): Variables {
    return (this.#current ??= withBuiltins(this.#variables, this.#urls()));
  }

  reload(): void {
    this.#variables = this.#committer.read(listEnvironment);
    this.#current = null;
  }
}

/** Tells two environments apart without keeping their values. */
export function environmentHash(variables: readonly { name: string; value: string }[]): string {
  const sorted = variables.map(({ name, value }) => [name, value]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
