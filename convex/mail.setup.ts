/** A desk with an address, whose provider a test plays: what it answers, and what it was asked. */
import { vi } from 'vitest';
import type { Doc, Id } from './_generated/dataModel';
import { openDesk } from './desk.setup';
import { acceptMail, type Accepted } from './model/delivery/mail/accept';
import { connectMail } from './model/delivery/channels';
import type { ReceivedMail } from './shared/delivery/receivedMail';
import { type TestDesk, transact } from './test.setup';

export const customerAddress = 'jo@customer.test';

interface Asked {
  key: string | null;
  body: string;
}
type Answer = { status: number; body?: object; headers?: Record<string, string> } | 'silence';

/** Stands for `fetch`: answers in the order given, then takes everything. */
export function playProvider() {
  const asked: Asked[] = [];
  const answers: Answer[] = [];
  const taken = new Map<string, { id: string; body: string }>();
  vi.stubGlobal('fetch', async (_url: string, { headers, body }: { headers: Headers; body: string }) => {
    const key = new Headers(headers).get('idempotency-key');
    asked.push({ key, body });
    const answer = answers.shift();
    if (answer === 'silence') throw new TypeError('fetch failed');
    if (answer !== undefined) {
      return new Response(JSON.stringify(answer.body ?? {}), {
        status: answer.status,
        headers: answer.headers ?? {},
      });
    }
    const before = taken.get(key!);
    if (before !== undefined && before.body !== body) {
      return new Response(
        JSON.stringify({ statusCode: 409, name: 'invalid_idempotent_request', message: 'Other body' }),
        { status: 409 },
      );
    }
    const mail = before ?? { id: `mail-${taken.size + 1}`, body };
    taken.set(key!, mail);
    return new Response(JSON.stringify({ id: mail.id }), { status: 200 });
  });
  return { asked, taken, answer: (...next: Answer[]) => answers.push(...next) };
}
export const refuse = (status: number, name: string, headers?: Record<string, string>): Answer => ({
  status,
  body: { statusCode: status, name, message: `It says ${name}` },
  ...(headers === undefined ? {} : { headers }),
});

let made = 0;
export function aMail(more: Partial<ReceivedMail> = {}): ReceivedMail {
  made++;
  return {
    providerId: `received-${made}`,
    messageId: `<${made}@customer.test>`,
    inReplyTo: [],
    references: [],
    from: { address: customerAddress, name: 'Jo' },
    to: [{ address: 'help@in.shop.test', name: '' }],
    cc: [],
    subject: 'A question',
    ownAddresses: ['help@in.shop.test'],
    text: `Question ${made}`,
    dmarc: 'pass',
    files: [],
    automatic: null,
    cameBack: [],
    candidates: [],
    ...more,
  };
}

export async function openMailDesk({
  beside,
  apiKey = beside === undefined ? 're_test' : 're_beside',
}: { apiKey?: string; beside?: TestDesk } = {}) {
  vi.stubEnv('SEALING_KEY', btoa('0123456789abcdef0123456789abcdef'));
  vi.stubEnv('SITE_URL', 'https://desk.test');
  const provider = playProvider();
  const desk = await openDesk(beside === undefined ? {} : { beside });
  const { t, teamId, agentId } = desk;
  const channelId = await t.run((ctx) =>
    ctx.db.insert('channels', {
      teamId,
      agentId,
      kind: 'email',
      name: 'Help',
      publicId: 'help',
      active: true,
    }),
  );
  const channel = () => t.run((ctx) => ctx.db.get(channelId)) as Promise<Doc<'channels'>>;
  const settings = { address: 'help@shop.test', senderName: 'Shop', replyAddress: 'help@in.shop.test' };
  await transact(t, async (ctx) => connectMail(ctx, (await ctx.db.get(channelId))!, { settings, apiKey }));
  const mailIn = (more: Partial<ReceivedMail> = {}): Promise<Accepted> =>
    transact(t, async (ctx) => acceptMail(ctx, (await ctx.db.get(channelId))!, aMail(more)));
  /** Of a conversation that a mail begins, a thread like that of openDesk. */
  return {
    ...desk,
    channelId,
    channel,
    provider,
    mailIn,
    work: () => t.finishAllScheduledFunctions(vi.runAllTimers),
  };
}
export const toConversation = (conversationId: Id<'conversations'>) => ({
  candidates: [{ by: 'address' as const, conversationId }],
});
