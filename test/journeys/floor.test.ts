/**
 * How work reaches people (docs/promises.md S15 to S17, S22): a manager on the board, an operator at a desk and one with a phone,
 * each in a browser of their own. What arrives comes by an outside agent.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import {
  joinTeam,
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { goOnline, signIn } from './pages.ts';

const ben = { name: 'Ben Okafor', email: 'ben@northpeak.example', password: 'correct horse battery' };
const cleo = { name: 'Cleo Marsh', email: 'cleo@northpeak.example', password: 'correct horse battery' };

let desk: TestDesk;
let browser: Browser;
let team: Awaited<ReturnType<typeof setUpDesk>>;
let key: string;
let [manager, atDesk, onPhone]: Page[] = [];
const errors: string[][] = [];

async function open(who: typeof ben, size: { width: number; height: number }): Promise<Page> {
  const opened = await openPage(browser, { viewport: size });
  errors.push(opened.errors);
  await signIn(opened.page, desk.settings.url, who);
  return opened.page;
}

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  team = await setUpDesk(desk);
  const { operator, teamId } = team;
  for (const who of [ben, cleo]) await joinTeam(desk, { owner: operator, teamId }, who);
  const agentId = await operator.mutation(api.agents.create, { teamId, name: 'Scout', kind: 'external' });
  ({ key } = await operator.mutation(api.agents.createKey, { teamId, agentId, name: 'production' }));
  manager = await open(owner, { width: 1440, height: 900 });
  atDesk = await open(ben, { width: 1280, height: 800 });
  onPhone = await open(cleo, { width: 390, height: 844 });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

let arrived = 0;
/** One more customer whom the agent hands over; the number of their ticket. */
async function arrives(): Promise<number> {
  const externalId = `chat-${(arrived += 1)}`;
  const post = async (path: string, body: object) => {
    const response = await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.ok, path).toBe(true);
    return response.json();
  };
  const customer = { externalId, name: `Customer ${arrived}` };
  const { id } = await post('/conversations', { externalId, customer, subject: `Question ${arrived}` });
  await post(`/conversations/${id}/customer-messages`, { text: `This is question ${arrived}.` });
  const { ticket } = await post(`/conversations/${id}/handovers`, { reason: 'agentAsked' });
  return ticket.number as number;
}

const rowOf = (page: Page, number: number) =>
  page.getByRole('option', { name: new RegExp(`#${number} · Question`) });
const comesTo = (page: Page, number: number) => rowOf(page, number).first().waitFor({ timeout: 10_000 });
const unassigned = (count: number) =>
  manager!.getByRole('link', { name: `${count} unassigned`, exact: true });

async function setMode(mode: 'manual' | 'balanced' | 'roundRobin'): Promise<void> {
  await manager!.goto(`${desk.settings.url}/settings/team`);
  await manager!.getByLabel('Assignment mode').selectOption(mode);
  await manager!.getByText('Saved.').first().waitFor();
  await manager!.goto(`${desk.settings.url}/board`);
}

async function setStatus(page: Page, status: string): Promise<void> {
  await page.getByRole('button', { name: /, (Online|Busy|Away|Offline)$/ }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${status}`) }).click();
  await page.getByRole('button', { name: new RegExp(`, ${status}$`) }).waitFor();
}

describe('who is logged in and who is there', () => {
  it('[A1] [A2] nobody is given anything for being logged in; who goes online has it at once', async () => {
    await manager!.goto(`${desk.settings.url}/board`);
    const first = await arrives();
    await unassigned(1).waitFor();
    expect(await rowOf(atDesk!, first).count()).toBe(0);
    await goOnline(atDesk!);
    await comesTo(atDesk!, first);
    expect(await rowOf(onPhone!, first).count()).toBe(0);
  });
});

/** On whose screen it comes up. */
async function whose(number: number): Promise<'Ben' | 'Cleo'> {
  const [ben, cleo] = [rowOf(atDesk!, number).first(), rowOf(onPhone!, number).first()];
  await expect.poll(async () => (await ben.count()) + (await cleo.count()), { timeout: 10_000 }).toBe(1);
  return (await ben.count()) === 1 ? 'Ben' : 'Cleo';
}

describe('three ways to give work out', () => {
  it('[A4] manual: whoever is there waits until a manager gives it, on the board', async () => {
    await setMode('manual');
    await goOnline(onPhone!);
    for (let each = 0; each < 2; each++) {
      const number = await arrives();
      await unassigned(1).waitFor();
      await unassigned(1).click();
      await manager!.getByRole('button', { name: `Assign #${number}`, exact: true }).click();
      await manager!.getByRole('option', { name: new RegExp(cleo.name) }).click();
      await comesTo(onPhone!, number);
    }
  });

  it('[A4] balanced: the lightest load is next', async () => {
    await setMode('balanced');
    expect(await whose(await arrives())).toBe('Ben');
    const next = [await whose(await arrives()), await whose(await arrives())];
    expect(next.toSorted()).toEqual(['Ben', 'Cleo']);
  });

  it('[A4] round robin: they take turns, whatever they carry', async () => {
    await setMode('roundRobin');
    const turns: string[] = [];
    for (let each = 0; each < 4; each++) turns.push(await whose(await arrives()));
    expect([turns[0], turns[1]].toSorted()).toEqual(['Ben', 'Cleo']);
    expect(turns.slice(2)).toEqual(turns.slice(0, 2));
  });
});

describe('nobody manages the queue', () => {
  it('[A6] [A3] who is full is given nothing; what was resolved makes room, and the next comes by itself', async () => {
    await setMode('balanced');
    const waiting = await arrives();
    await unassigned(1).waitFor();
    await manager!.context().close();
    const mine = atDesk!.getByRole('listbox', { name: 'Mine tickets' }).getByRole('option');
    await expect.poll(() => mine.count()).toBe(5);
    expect(await rowOf(atDesk!, waiting).count()).toBe(0);
    await mine.first().click();
    await atDesk!.getByRole('log', { name: 'Conversation' }).waitFor();
    await atDesk!.keyboard.press('e');
    await atDesk!.getByText('Resolved. The agent answers from here.').waitFor();
    await comesTo(atDesk!, waiting);
  });

  it('[A2] busy keeps what it has and gets nothing new', async () => {
    await setStatus(atDesk!, 'Busy');
    const number = await arrives();
    await atDesk!.goto(`${desk.settings.url}/inbox/unassigned`);
    await comesTo(atDesk!, number);
    await setStatus(atDesk!, 'Online');
    await atDesk!.goto(`${desk.settings.url}/inbox/all`);
    await comesTo(atDesk!, number);
    expect(errors.flat()).toEqual([]);
  });
});
