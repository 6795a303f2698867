/** Mail: what the provider tells, how soon a person sees a mail, and how what waited leaves after an outage. */
import type { Id } from '../../convex/_generated/dataModel.js';
import { startResend } from '../../providers/resend/start.ts';
import { openInboxPage, signIn } from '../desk/inboxPage.ts';
import { MailDesk, type Signed, support, UNLIMITED } from '../desk/mail.ts';
import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { atRate, closedLoop, inTurns, median, pause, percentile, timings } from '../support/measure.ts';
import { RawHttp } from '../support/rawHttp.ts';

const CALLERS = 128;
/** One event in so many is a mail that came in; the others are receipts. */
const MAIL_EVERY = 10;
const TEXT =
  'My order 48213 has not arrived yet, and the page of the courier says it was delivered on Monday.';
const APART_MS = 100;
/** What the provider takes a second when it is back. */
const ALLOWED = 20;

export const mail: Row = {
  name: 'mail',
  about:
    'webhooks of a provider at 300 and 1,000 a second; a mail until a screen shows it; what waited for a provider',
  async run({ size }) {
    const desk = await MailDesk.start(profiled());
    try {
      desk.connect();
      const ingest = new Ingest(desk, size.tiny);
      return [
        await toScreen(desk, size.tiny ? 2 : 40),
        ...(await drained(desk, size.tiny ? 4 : 60, size.tiny ? 2_000 : 20_000)),
        ...(await ingest.at(size.tiny ? 20 : 300, 20)),
        ...(await ingest.at(size.tiny ? 40 : 1_000, 100)),
        await ingest.most(),
      ];
    } finally {
      await desk.dispose();
    }
  },
};

/** BENCH_PROFILE names a folder for a profile of the desk's process. */
function profiled(): string[] {
  const { BENCH_PROFILE: folder } = process.env;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

class Ingest {
  readonly #desk: MailDesk;
  readonly #seconds: number;
  readonly #isTiny: boolean;
  #made = 0;

  constructor(desk: MailDesk, isTiny: boolean) {
    this.#desk = desk;
    this.#isTiny = isTiny;
    this.#seconds = isTiny ? 0.5 : 30;
  }

  /** At their times, whatever became of the ones before. */
  async at(perSecond: number, atMost: number): Promise<Figure[]> {
    const load = { perSecond, seconds: this.#seconds, callers: CALLERS };
    const events = await this.#sign(perSecond * this.#seconds);
    // Only now: whoever is silent while so many are signed is closed.
    const connections = await open(this.#desk.settings.siteUrl);
    const taken = await atRate(load, (caller, turn) => {
      const { event, head } = events[turn]!;
      return connections[caller]!.post(this.#desk.path, event, head);
    });
    for (const connection of connections) connection.close();
    const begin = performance.now();
    await this.#desk.processed();
    const processed = (performance.now() - begin) / 1_000;
    const byHand = await bareTimes(load, events[0]!);
    const p = (share: number) => percentile(taken, share);
    return [
      {
        what: `webhooks of mail at ${perSecond.toLocaleString('en')}/s, acknowledged, p99`,
        unit: 'ms',
        against: 'JSON → group commit of one row, at the same rate',
        engine: p(0.99),
        baseline: percentile(byHand, 0.99),
        reach: { atMost },
        note: `median ${p(0.5).toFixed(1)} ms beside ${median(byHand).toFixed(1)} ms; all ${taken.length} taken`,
      },
      {
        what: `the same, from the last one until all are processed`,
        unit: 's',
        engine: processed,
        baseline: null,
        reach: { atMost: 30 },
        note: `one in ${MAIL_EVERY} is a mail, fetched and read`,
      },
    ];
  }

  /** As many as it takes. */
  async most(): Promise<Figure> {
    const seconds = this.#isTiny ? 0.3 : 4;
    const rounds = this.#isTiny ? 1 : 3;
    const bare = await startBare('functions');
    const row = { id: 0, rank: 0, body: JSON.stringify((await this.#sign(1))[0]) };
    // Opened for each turn: a server closes whoever is silent while the other one has its turn.
    const turn = async (url: string, post: (connection: RawHttp) => Promise<unknown>): Promise<number> => {
      const connections = await open(url);
      const rate = await closedLoop(CALLERS, seconds, (caller) => post(connections[caller]!));
      for (const connection of connections) connection.close();
      return rate;
    };
    const figure = await inTurns(rounds, {
      baseline: () => turn(bare.url, (connection) => connection.post('/', row)),
      engine: () =>
        turn(this.#desk.settings.siteUrl, (connection) => {
          const { event, head } = this.#desk.sign(this.#made, receipt(this.#made++));
          return connection.post(this.#desk.path, event, head);
        }),
    });
    await bare.dispose();
    await this.#desk.processed();
    return {
      what: `webhooks of mail a second, ${CALLERS} callers`,
      unit: '/s',
      against: 'JSON → group commit of one row',
      ...figure,
      reach: { ratioAtLeast: 0.15 },
    };
  }

  async #sign(count: number): Promise<Signed[]> {
    const signed: Signed[] = [];
    for (let each = 0; each < count; each++) {
      const at = this.#made++;
      const event = each % MAIL_EVERY === 0 ? await this.#received(at) : receipt(at);
      signed.push(this.#desk.sign(at, event));
    }
    return signed;
  }

  /** The provider has it, and has told nobody. */
  async #received(at: number): Promise<object> {
    const from = `c${at}@customer.example`;
    const written = { from, to: support, subject: `Question ${at}`, text: TEXT };
    const { id, mail: kept } = await this.#desk.resend.receive(written, { quietly: true });
    const data = { email_id: id, from, to: [support], subject: kept.subject, message_id: kept.messageId };
    return { type: 'email.received', created_at: new Date().toISOString(), data };
  }
}

const open = (url: string) => Promise.all(Array.from({ length: CALLERS }, () => RawHttp.open(url)));

/** Of a mail that somebody else has sent with the same account. */
function receipt(at: number): object {
  return {
    type: 'email.delivered',
    created_at: new Date().toISOString(),
    data: {
      email_id: `56761188-7520-42d8-8898-${String(at).padStart(12, '0')}`,
      from: 'Acme <billing@acme.example>',
      to: [`c${at}@customer.example`],
      subject: 'Your invoice',
      message_id: `<${at}@eu-west-1.amazonses.com>`,
    },
  };
}

async function bareTimes(load: Parameters<typeof atRate>[0], { event }: Signed): Promise<number[]> {
  const bare = await startBare('functions');
  const connections = await open(bare.url);
  const row = { id: 0, body: JSON.stringify(event) };
  const taken = await atRate(load, (caller, rank) => connections[caller]!.post('/', { ...row, rank }));
  for (const connection of connections) connection.close();
  await bare.dispose();
  return taken;
}

/** From the moment at which the provider has it until the inbox page of a person shows it. */
async function toScreen(desk: MailDesk, times: number): Promise<Figure> {
  const from = 'jo@customer.example';
  const conversationId = await begin(desk, from);
  const number = await desk.reply(conversationId, 'On its way.');
  await until(() => desk.resend.mailbox(from).length > 0);
  const [sent] = await desk.resend.mails(from);
  const to = sent!.headers.find(({ name }) => name === 'reply-to')!.value;
  const { desk: benchDesk, team } = desk.asBench;
  const signedIn = await signIn(benchDesk, team, team.owner);
  await openInboxPage(signedIn, number);
  const write = (mark: string) => ({ from, to, subject: 'Re: Question', text: `${mark} ${TEXT}` });

  const byHand = await startResend({ ratePerSecond: 100_000 });
  const bare = await startBare('mail', { resendUrl: byHand.url, apiKey: byHand.apiKey });
  byHand.addWebhook({ endpoint: bare.url });
  const looking = await BareClient.open(bare.port);
  looking.tell({ type: 'look' });
  let turn = 0;
  const figure = await inTurns(times > 10 ? 3 : 1, {
    baseline: async () =>
      median(
        await timings(
          times,
          () => {
            const mark = `mark ${turn++}.`;
            const seen = new Promise<void>((resolve) => {
              looking.onFrame = (frame) => frame.includes(mark) && resolve();
            });
            return Promise.all([seen, byHand.receive({ ...write(mark), to: support })]);
          },
          APART_MS,
        ),
      ),
    engine: async () =>
      median(
        await timings(
          times,
          () => {
            const mark = `mark ${turn++}.`;
            const seen = signedIn.client.transition((frame) => frame.includes(mark));
            return Promise.all([seen, desk.resend.receive(write(mark))]);
          },
          APART_MS,
        ),
      ),
  });
  signedIn.client.close();
  looking.close();
  await bare.dispose();
  await byHand.stop();
  return {
    what: "customer's mail → an inbox page",
    unit: 'ms',
    against: 'webhook → the same fetch → commit → broadcast',
    ...figure,
    reach: { ratioAtMost: 2.5 },
  };
}

async function begin(desk: MailDesk, from: string): Promise<Id<'conversations'>> {
  await desk.resend.receive({ from, to: support, subject: 'Question', text: TEXT });
  await until(async () => (await desk.conversations()).has(from));
  return (await desk.conversations()).get(from)!;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(10);
}

/** Of three replies in each conversation, all written while the provider was down. */
async function drained(desk: MailDesk, count: number, outageMs: number): Promise<Figure[]> {
  const { resend } = desk;
  const customers = Array.from({ length: count }, (_, at) => `w${at}@customer.example`);
  const conversations: Id<'conversations'>[] = [];
  for (const from of customers) conversations.push(await begin(desk, from));
  resend.setRate(ALLOWED);
  // So that the desk knows its pace by then.
  const sent = resend.log.accepted.length;
  await desk.reply(conversations[0]!, 'So that the pace is known.');
  await until(() => resend.log.accepted.length > sent);
  const isOver = resend.fail({ kind: 'error' });
  const before = resend.log.accepted.length;
  const begun = performance.now();
  for (const turn of [1, 2, 3]) {
    for (const [at, conversationId] of conversations.entries())
      await desk.reply(conversationId, `Reply ${at}-${turn}`);
  }
  await pause(Math.max(0, outageMs - (performance.now() - begun)));
  isOver();
  await until(() => resend.log.accepted.length >= before + 3 * count);
  resend.setRate(UNLIMITED);
  const times = resend.log.accepted.slice(before).map(({ at }) => at);
  const gaps = times.slice(1).map((at, each) => at - times[each]!);
  const seconds = (times.at(-1)! - times[0]!) / 1_000;
  return [
    {
      what: `mails a second after an outage, ${3 * count} of ${count} conversations waited`,
      unit: '/s',
      against: 'what the provider takes',
      engine: (times.length - 1) / seconds,
      baseline: ALLOWED,
      reach: { ratioAtLeast: 0.9 },
    },
    {
      what: 'the same, longest time in which nothing left',
      unit: 'ms',
      engine: Math.max(...gaps),
      baseline: null,
      reach: { atMost: 1_000 },
    },
  ];
}
