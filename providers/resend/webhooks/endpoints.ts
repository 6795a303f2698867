/** The endpoints that were registered, with their secrets. */
import { newId, newSecret } from '../ids.ts';

export interface Endpoint {
  id: string;
  endpoint: string;
  /** Null: all of them. */
  events: string[] | null;
  status: 'enabled' | 'disabled';
  secret: string;
  createdAt: number;
}

export class Endpoints {
  readonly #byId = new Map<string, Endpoint>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add({
    endpoint,
    events,
    secret,
  }: {
    endpoint: string;
    events?: string[] | null;
    secret?: string;
  }): Endpoint {
    const added: Endpoint = {
      id: newId(),
      endpoint,
      events: events ?? null,
      status: 'enabled',
      secret: secret ?? newSecret(),
      createdAt: this.#now(),
    };
    this.#byId.set(added.id, added);
    return added;
  }

  /** As it was kept. */
  restore(endpoint: Endpoint): void {
    this.#byId.set(endpoint.id, endpoint);
  }

  get(id: string): Endpoint | null {
    return this.#byId.get(id) ?? null;
  }

  /** Newest first, as the API lists everything. */
  list(): Endpoint[] {
    return [...this.#byId.values()].toReversed();
  }

  /** Those that want this kind of event. */
  for(type: string): Endpoint[] {
    return [...this.#byId.values()].filter(
      ({ status, events }) => status === 'enabled' && (events?.includes(type) ?? true),
    );
  }
}
