import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDesk, type TestDesk } from '../test/journeys/harness.ts';
import { deploy, hashOfFunctions, isPushed } from './pushed.ts';

let desk: TestDesk;
let sources: string;
beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  sources = await hashOfFunctions();
}, 60_000);
afterAll(() => desk?.dispose());

const isHeld = (of = sources) => isPushed(desk.engine, desk.settings.dataDir, of);

test('a folder holds the functions that were pushed to it, whatever its addresses and variables are now', async () => {
  expect(isHeld()).toBe(true);
  await desk.engine.environment.set({ SITE_URL: 'https://desk.example', CUSTOMER_JWKS: '{"keys":[]}' });
  expect(isHeld()).toBe(true);
});

test('it does not hold others, nor what somebody else has pushed, nor any when it says nothing of them', async () => {
  expect(isHeld(`${sources}0`)).toBe(false);
  await deploy({ url: desk.settings.url, adminKey: desk.engine.adminKey });
  expect(isHeld()).toBe(false);
  rmSync(join(desk.settings.dataDir, 'pushed'));
  expect(isHeld()).toBe(false);
});
