/** Addresses that get nothing any more: the real one adds hard bounces and complaints itself. */
import { newId } from './ids.ts';

export interface Suppression {
  id: string;
  email: string;
  origin: 'bounce' | 'complaint' | 'manual';
  sourceId: string | null;
  createdAt: number;
}

export class Suppressions {
  readonly #byEmail = new Map<string, Suppression>();

  add({
    email,
    origin,
    sourceId,
    now,
  }: {
    email: string;
    origin: Suppression['origin'];
    sourceId: string | null;
    now: number;
  }): Suppression {
    const key = email.toLowerCase();
    const added = { id: newId(), email: key, origin, sourceId, createdAt: now };
    this.#byEmail.set(key, added);
    return added;
  }

  /** As it was kept. */
  restore(suppression: Suppression): void {
    this.#byEmail.set(suppression.email, suppression);
  }

  get(idOrEmail: string): Suppression | null {
    const key = idOrEmail.toLowerCase();
    return this.#byEmail.get(key) ?? this.list().find(({ id }) => id === key) ?? null;
  }

  remove(suppression: Suppression): void {
    this.#byEmail.delete(suppression.email);
  }

  list(): Suppression[] {
    return [...this.#byEmail.values()].toReversed();
  }
}
