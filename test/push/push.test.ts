/** Notices for closed browsers on the engine: from the need to what a browser behind a push service opens. */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { joinTeam, startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { checkedToken, type PushBrowser, type PushService, startPushService } from './service.ts';

let desk: TestDesk;
let sample: SampleDesk;
let ben: ConvexHttpClient;
let benId: Id<'members'>;
let service: PushService;
let teamId: Id<'teams'>;

beforeAll(async () => {
  service = await startPushService();
  desk = await startTestDesk({ app: false });
  sample = await fillDesk(desk);
  ({ teamId } = sample);
  const colleague = { name: 'Ben Ode', email: 'ben@northpeak.example', password: 'correct horse battery' };
  ({ client: ben } = await joinTeam(desk, { owner: sample.operator, teamId }, colleague));
  benId = (await ben.query(api.me.get, {})).memberships[0]!.memberId;
  await sample.operator.mutation(api.teams.update, { teamId, assignmentMode: 'manual' });
}, 60_000);
afterAll(async () => {
  await desk?.dispose();
  await service?.close();
});
beforeEach(async () => {
  await ben.mutation(api.members.setStatus, { teamId, status: 'offline' });
  await ben.mutation(api.needs.dismissAll, { teamId, through: Date.now() });
  service.pushes.length = 0;
});

let made = 0;
async function turnOn(showsWords = false): Promise<PushBrowser> {
  await ben.action(api.pushes.key, { teamId });
  const browser = service.browser(`/push/${++made}`);
  await ben.mutation(api.pushes.turnOn, { teamId, ...browser.subscription, showsWords });
  return browser;
}
const turnOff = ({ endpoint }: PushBrowser) => ben.mutation(api.pushes.turnOff, { teamId, endpoint });
const ticketOf = async (number: number) => (await readTicket(sample.operator, { teamId, number }))!.ticket;

async function give(number: number): Promise<void> {
  const of = { teamId, ticketId: (await ticketOf(number))._id };
  await sample.operator.mutation(api.tickets.assign, { ...of, memberId: null });
  await sample.operator.mutation(api.tickets.assign, { ...of, memberId: benId });
}

async function customerWrites(number: number, text: string): Promise<void> {
  const { conversationId } = await ticketOf(number);
  const response = await fetch(
    `${desk.settings.siteUrl}/api/v1/conversations/${conversationId}/customer-messages`,
    {
      method: 'POST',
      headers: { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    },
  );
  expect(response.status).toBeLessThan(300);
}
const quiet = () => new Promise((done) => setTimeout(done, 3_500));

it('[P3] [E2] an address of this machine is no push service, whatever webhooks may call, but for the stand-in of a test; keys that are none are refused', async () => {
  const browser = service.browser('/push/no');
  const { endpoint, p256dh, auth } = browser.subscription;
  const attempt = (given: object) =>
    ben.mutation(api.pushes.turnOn, { teamId, endpoint, p256dh, auth, showsWords: false, ...given });
  const inside = ['https://10.0.0.7/push', 'https://metadata.google.internal/', 'file:///etc/passwd'];
  const refused = async (url: string) => {
    const { data } = (await attempt({ endpoint: url }).catch((thrown: unknown) => thrown)) as {
      data: { code: string; message: string };
    };
    expect(data.code, url).toBe('INVALID_INPUT');
    // Whoever reads it cannot, and need not, change what the desk may call.
    expect(data.message).not.toContain('WEBHOOK_');
  };
  for (const url of [endpoint, ...inside]) await refused(url);
  await desk.engine.environment.set({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' });
  for (const url of [endpoint, ...inside]) await refused(url);
  await desk.engine.environment.set({ PUSH_STAND_IN: service.origin });
  for (const url of [endpoint.replace(/:\d+/, ':9'), ...inside]) await refused(url);
  for (const given of [{ p256dh: 'short' }, { auth: 'x'.repeat(10_000) }])
    await expect(attempt(given)).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
});

it('[A5] whoever has no page open is told of what comes to them, once, encrypted for their browser and signed by the desk', async () => {
  const browser = await turnOn();
  await give(1);
  expect(await service.next(browser)).toEqual([
    { title: 'Ana Reyes gave you #1', tag: 'need 1 assigned', path: '/inbox/mine/1' },
  ]);
  const [push] = service.pushes;
  const { claims, key } = checkedToken(push!);
  expect(key).toBe(await ben.action(api.pushes.key, { teamId }));
  expect(claims.aud).toBe(new URL(browser.endpoint).origin);
  expect(push!.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '3600' });
  expect(push!.body.toString('latin1')).not.toContain('Reyes');
  // The customer writes and writes: one notice, and no word of theirs.
  await customerWrites(1, 'My IBAN is DE89370400440532013000');
  await customerWrites(1, 'Hello?');
  const told = await service.next(browser, 2);
  expect(told).toEqual([{ title: 'The customer wrote in #1', tag: 'need 1 replied', path: '/inbox/mine/1' }]);
  await quiet();
  expect(service.told(browser)).toHaveLength(2);
  await turnOff(browser);
}, 30_000);

it('[C5] in a browser that may show them the customer’s words are there; a burst is one push, and many are one line', async () => {
  const [shows, hides] = [await turnOn(true), await turnOn()];
  for (const number of [1, 2, 3, 4]) {
    const { _id: ticketId } = await ticketOf(number);
    await sample.operator.mutation(api.tickets.setPriority, { teamId, ticketId, priority: 'normal' });
  }
  await give(2);
  await service.next(shows);
  await customerWrites(2, 'Is the red one still there?');
  expect((await service.next(shows, 2))[0]).toMatchObject({ body: 'Is the red one still there?' });
  expect((await service.next(hides, 2))[0]).not.toHaveProperty('body');
  await ben.mutation(api.needs.dismissAll, { teamId, through: Date.now() });
  for (const number of [1, 2, 3, 4]) await give(number);
  expect(await service.next(shows, 3)).toEqual([
    { title: '4 new for you', tag: 'needs', path: '/inbox/mine' },
  ]);
  // What is under way is there before it is turned off.
  await service.next(hides, 3);
  await ben.mutation(api.needs.dismissAll, { teamId, through: Date.now() });
  // A call for help does not stand behind a number.
  const asked = { teamId, ticketId: (await ticketOf(5))._id };
  await sample.operator.mutation(api.tickets.askForHelp, { ...asked, memberId: benId, why: 'Come' });
  for (const number of [1, 2, 3, 4]) await give(number);
  expect(await service.next(shows, 4)).toEqual([
    { title: '4 new for you', tag: 'needs', path: '/inbox/mine' },
    { title: 'Ana Reyes asks for your help in #5', tag: 'need 5 help', path: '/inbox/all/5' },
  ]);
  await sample.operator.mutation(api.tickets.endHelp, asked);
  await service.next(hides, 4);
  await turnOff(shows);
  await turnOff(hides);
}, 30_000);

it('[A5] nothing is pushed to who is there, of what they do not want, or of what is handled by then', async () => {
  const browser = await turnOn();
  await ben.mutation(api.members.setStatus, { teamId, status: 'online' });
  await ben.mutation(api.members.heartbeat, { teamId, sessionId: 'tab', idleMs: 0 });
  await give(1);
  await quiet();
  expect(service.pushes).toEqual([]);
  await ben.mutation(api.members.setStatus, { teamId, status: 'offline' });
  const notice = { toast: true, sound: false, desktop: true, push: false, mailAfterMin: null };
  await ben.mutation(api.needs.choose, { teamId, kind: 'assigned', notice });
  await give(2);
  await quiet();
  expect(service.pushes).toEqual([]);
  await ben.mutation(api.needs.choose, { teamId, kind: 'assigned', notice: { ...notice, push: true } });
  await give(3);
  await ben.mutation(api.needs.dismissAll, { teamId, through: Date.now() });
  await quiet();
  expect(service.pushes).toEqual([]);
  await turnOff(browser);
}, 40_000);

it('[E2] a browser that its push service knows no more is forgotten; another still is told', async () => {
  const [gone, well] = [await turnOn(), await turnOn()];
  service.answers.set(new URL(gone.endpoint).pathname, 410);
  await give(1);
  await service.next(well);
  await service.next(gone);
  await expect
    .poll(() => ben.query(api.pushes.state, { teamId, endpoint: gone.endpoint }), { timeout: 5_000 })
    .toBeNull();
  expect(await ben.query(api.pushes.state, { teamId, endpoint: well.endpoint })).toEqual({
    showsWords: false,
  });
  await give(2);
  await service.next(well, 2);
  expect(service.told(gone)).toHaveLength(1);
  await turnOff(well);
}, 30_000);

it('[P3] [E2] a test says that it was not taken, and nothing of what answered; what may be called no more is not', async () => {
  const browser = await turnOn();
  const tried = () => ben.action(api.pushes.test, { teamId, endpoint: browser.endpoint });
  service.answers.set(new URL(browser.endpoint).pathname, 418);
  const words = await tried();
  expect(words).toContain('did not take it');
  expect(words).not.toContain('418');
  // Of a desk of before: kept, and private.
  await desk.engine.environment.set({ PUSH_STAND_IN: '' });
  expect(await tried()).toBe(words);
  await desk.engine.environment.set({ PUSH_STAND_IN: service.origin });
  expect(service.told(browser)).toHaveLength(1);
  await turnOff(browser);
});

it('[R2] a browser whose session has ended is told nothing; a test goes to one’s own alone', async () => {
  const browser = await turnOn();
  expect(await ben.action(api.pushes.test, { teamId, endpoint: browser.endpoint })).toBeNull();
  expect((await service.next(browser))[0]).toMatchObject({ title: 'Notices come to this browser' });
  const foreign = await sample.operator.action(api.pushes.test, { teamId, endpoint: browser.endpoint });
  expect(foreign).toBe('This browser is not turned on.');
  expect(await sample.operator.query(api.pushes.state, { teamId, endpoint: browser.endpoint })).toBeNull();
  await ben.action(api.auth.signOut, {});
  await give(1);
  await quiet();
  expect(service.told(browser)).toHaveLength(1);
}, 30_000);
