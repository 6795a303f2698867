/**
 * Journeys of the official React client in a real browser over a bad network (docs/goals.md fault-8).
 *
 * `CHAOS_SEEDS=500 CHAOS_STEPS=200 CHAOS_STORM_MS=60000` is the long run; `CHAOS_FIRST_SEED` repeats one.
 */
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../engine/cliSupport.ts';
import { startTestEngine, until, type TestEngine } from '../engine/harness.ts';
import { launchBrowser, openPage } from '../journeys/harness.ts';
import { anyApi } from 'convex/server';
import { BadNetwork, type Fate } from './network.ts';
import type { ClientPlan, ClientReport, PageApi } from './page/protocol.ts';
import { randomOf } from './random.ts';

declare const window: { page: PageApi };

const api = anyApi as any;
const SEEDS = Number(process.env.CHAOS_SEEDS ?? 30);
const STEPS = Number(process.env.CHAOS_STEPS ?? 12);
const FIRST = Number(process.env.CHAOS_FIRST_SEED ?? 1);
/** Rooms in one page at a time. */
const ROOMS = 30;
const CLIENTS = ['a', 'b'];
/** The network is bad for this long, or until every step is taken. */
const STORM_MS = Number(process.env.CHAOS_STORM_MS ?? 8_000);

let test: TestEngine;
let browser: Browser;
let staticDir: string;

beforeAll(async () => {
  staticDir = temporaryFolder('chaos-page');
  await build({
    entryPoints: [join(import.meta.dirname, 'page/main.tsx')],
    outfile: join(staticDir, 'main.js'),
    bundle: true,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  writeFileSync(join(staticDir, 'index.html'), '<!doctype html><body><script src="/main.js"></script>');
  [test, browser] = await Promise.all([
    startTestEngine({ staticDir, chaosOcc: 0.1, onViolation: undefined }),
    launchBrowser(),
  ]);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await test.stop();
  removeFolder(staticDir);
});

interface Room {
  name: string;
  network: BadNetwork;
  plans: ClientPlan[];
}

async function openRoom(seed: number): Promise<Room> {
  const network = new BadNetwork(test.engine.port, randomOf(seed));
  const url = await network.listen();
  const name = `room ${seed}`;
  const plans = CLIENTS.map((client, at) => ({
    room: name,
    client,
    url,
    seed: seed * 10 + at,
    steps: STEPS,
  }));
  return { name, network, plans };
}

const reportsOf = (page: Page): Promise<ClientReport[]> => page.evaluate(() => window.page.reports());

/** What the data says of a room, against what its clients were told. */
async function judge(name: string, reports: ClientReport[]): Promise<void> {
  const reader = test.http();
  const counter = (await reader.query(api.counters.get, { name })) as number;
  const stored = ((await reader.query(api.messages.list, { channel: name })) as { body: string }[]).map(
    ({ body }) => body,
  );
  const increments = reports.flatMap((report) => report.increments).sort((a, b) => a - b);
  const truth = {
    complaints: [],
    increments: Array.from({ length: counter }, (_, at) => at + 1),
    sent: stored.toSorted(),
  };
  const told = {
    complaints: reports.flatMap((report) => report.complaints),
    increments,
    sent: reports.flatMap((report) => report.sent).sort(),
  };
  expect(told, name).toEqual(truth);
  for (const report of reports) {
    const shown = { counter: report.counter ?? 0, bodies: report.bodies, paged: report.paged };
    const paged = { bodies: stored.toReversed(), status: 'Exhausted' };
    expect(shown, `${name} ${report.client}`).toEqual({ counter, bodies: stored, paged });
  }
}

/** Resolves when every client has taken all its steps; a busy machine may be slow, but somebody must get on. */
async function goesOn(page: Page): Promise<void> {
  for (let before = ''; ;) {
    const open = (await reportsOf(page)).filter(({ done }) => !done);
    if (open.length === 0) return;
    const where = open.map(
      ({ room, client, step, connections }) => `${room} ${client} at ${step}, ${connections} connections`,
    );
    if (where.join() === before) throw new Error(`Stuck although the network is good: ${where.join('; ')}`);
    before = where.join();
    await until(async () => (await reportsOf(page)).every(({ done }) => done), 'all is done', 40_000).catch(
      () => {},
    );
  }
}

/** Whether the clients of a room show everything they were told, and the same. */
function haveConverged(reports: ClientReport[]): boolean {
  const messages = reports.reduce((sum, { sent }) => sum + sent.length, 0);
  const counters = new Set(reports.map(({ counter }) => counter));
  return (
    counters.size === 1 &&
    reports.every(
      ({ bodies, paged }) =>
        bodies?.length === messages && paged.bodies.length === messages && paged.status === 'Exhausted',
    )
  );
}

async function run(
  seeds: number[],
): Promise<{ fates: Record<Fate, number>; connections: number; told: number }> {
  const rooms = await Promise.all(seeds.map(openRoom));
  const { context, page, errors } = await openPage(browser);
  try {
    await page.goto(test.engine.url);
    await page.evaluate(
      (plans) => window.page.start(plans),
      rooms.flatMap(({ plans }) => plans),
    );
    const isDone = async () => (await reportsOf(page)).every(({ done }) => done);
    await until(isDone, 'every step is taken', STORM_MS).catch(() => {});
    for (const { network } of rooms) network.calm();
    await goesOn(page);
    for (const { name } of rooms) {
      const ofRoom = async () => (await reportsOf(page)).filter(({ room }) => room === name);
      const converged = async () => haveConverged(await ofRoom());
      await until(converged, `the clients of ${name} converge`, 30_000).catch(() => {});
      await judge(name, await ofRoom());
    }
    expect(errors).toEqual([]);
    const reports = await reportsOf(page);
    const fates = { pass: 0, late: 0, dribble: 0, cut: 0, halfClose: 0, silence: 0 };
    for (const { network } of rooms)
      for (const fate of Object.keys(fates) as Fate[]) fates[fate] += network.counts[fate];
    return {
      fates,
      connections: reports.reduce((sum, report) => sum + report.connections, 0),
      told: reports.reduce((sum, report) => sum + report.increments.length + report.sent.length, 0),
    };
  } finally {
    await context.close();
    for (const { network } of rooms) network.close();
  }
}

describe('the official React client over a bad network', () => {
  it(`[engine W21] converges, loses no mutation, runs none twice and never shows what is older (${SEEDS} seeds from ${FIRST})`, async () => {
    const seeds = Array.from({ length: SEEDS }, (_, at) => FIRST + at);
    const total = { cut: 0, told: 0, connections: 0 };
    for (let at = 0; at < seeds.length; at += ROOMS) {
      const { fates, connections, told } = await run(seeds.slice(at, at + ROOMS));
      total.cut += fates.cut + fates.halfClose + fates.silence;
      total.told += told;
      total.connections += connections;
    }
    console.log(`${total.told} mutations, ${total.cut} connections ended, ${total.connections} made`);
    expect(total.cut).toBeGreaterThan(SEEDS);
    expect(test.errors).toEqual([]);
  }, 1_800_000);
});
