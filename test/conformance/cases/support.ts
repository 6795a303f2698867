/** What the cases share: answers of calls, and documents to ask for. `FAILS` stands for a refusal. */
import { ConvexError } from 'convex/values';
import type { Backend, Outside } from '../backend.ts';

export const FAILS = 'refused';

/** What a call answers; the data of a ConvexError, or `FAILS`. */
export async function answer(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return error instanceof ConvexError ? { threw: error.data as unknown } : FAILS;
  }
}

export const fill = (backend: Backend, values: unknown[]): Promise<unknown> =>
  backend.mutation('tools:insert', { table: 'items', documents: values.map((a) => ({ a })) });

/** A behaviour that is one call and what it answers. */
export const throwing = (gives: unknown, does: (backend: Backend) => Promise<unknown>): Outside => ({
  does: (backend) => answer(does(backend)),
  gives,
});
