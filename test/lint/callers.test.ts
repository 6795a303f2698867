import { expect, test } from 'vitest';
import { functionRows, sharedRows } from '../../convex/permissions.rows.ts';
import { findCalled } from './callers.ts';

/** Convex Auth's client calls these by their names. */
const byAuth = ['auth:signIn', 'auth:signOut', 'auth:isAuthenticated'];

test('every public function has a screen, a widget or a route that calls it', () => {
  const called = findCalled();
  const all = Object.keys({ ...functionRows, ...sharedRows }).filter((name) => !byAuth.includes(name));
  expect(all.filter((name) => !called.has(name)).toSorted()).toEqual([]);
});
