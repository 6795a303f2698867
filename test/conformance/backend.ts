/**
 * What the behaviours run on: anything that has functions, HTTP actions, a scheduler and callers.
 *
 * Paths are `module:function` of `test/fixtures/apps/conformance`. A refusal is a rejected promise; its words are the backend's own.
 */
type Values = Record<string, unknown>;

export interface Calls {
  query(path: string, args?: Values): Promise<unknown>;
  mutation(path: string, args?: Values): Promise<unknown>;
  action(path: string, args?: Values): Promise<unknown>;
}

export interface Backend extends Calls {
  name: 'engine' | 'convex-test';
  /** As the user with this subject; his token has these claims besides. */
  as(subject: string, claims?: Values): Calls;
  /** As the developer: what is internal can be called too. */
  asAdmin: Calls;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Every table empty again. */
  reset(): Promise<void>;
  /** Resolves when no job is due or running. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface Outside {
  does: (backend: Backend) => Promise<unknown>;
  gives: unknown;
}
