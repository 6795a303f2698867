/** A desk with a number of WhatsApp, whose provider a test plays: what it answers, what it was asked, and what it tells. */
import { vi } from 'vitest';
import { api } from './_generated/api';
import type { Doc } from './_generated/dataModel';
import { openDesk, threadOf } from './desk.setup';
import { keepTemplates } from './model/delivery/whatsapp/templates';
import { readTemplates } from './shared/whatsapp/templateList';
import { transact } from './test.setup';

export const phone = '4915112345678';
const phoneNumberId = '106540352242922';
const accountId = '102290129340398';
const appSecret = 'app-secret';

type Answer = { status: number; body?: object | string; headers?: Record<string, string> } | 'silence';

/** Stands for `fetch`: answers sends in the order given, then takes everything. */
function playGraph() {
  const sent: { id: string; body: Record<string, unknown> }[] = [];
  const answers: Answer[] = [];
  let calls = 0;
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const [, , , edge] = new URL(url).pathname.split('/');
    if (method === 'GET') return Response.json({ error: { code: 100, message: 'gone' } }, { status: 400 });
    if (edge === 'media') return Response.json({ id: `media-${++calls}` });
    const answer = answers.shift();
    if (answer === 'silence') throw new TypeError('fetch failed');
    if (answer !== undefined) {
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
      return new Response(text, { status: answer.status, headers: answer.headers ?? {} });
    }
    const message = { id: `wamid.out-${sent.length + 1}`, body: JSON.parse(String(body)) };
    sent.push(message);
    return Response.json({ contacts: [{ input: phone, wa_id: phone }], messages: [{ id: message.id }] });
  });
  return { sent, answer: (...next: Answer[]) => answers.push(...next) };
}

export const graphError = (status: number, code: number): Answer => ({
  status,
  body: { error: { code, message: `(#${code})` } },
});

async function sign(secret: string, body: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(secret), algorithm, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(body)));
  return `sha256=${Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

const realTimeout = setTimeout;
const realTime = () => new Promise<void>((resolve) => void realTimeout(resolve, 20));

let made = 0;

export async function openWhatsappDesk() {
  vi.stubEnv('SEALING_KEY', btoa('0123456789abcdef0123456789abcdef'));
  vi.stubEnv('SITE_URL', 'https://desk.test');
  const graph = playGraph();
  const desk = await openDesk();
  const { t, teamId, agentId, manager } = desk;
  const { channelId, verifyToken } = await manager.as.mutation(api.whatsapp.connect, {
    teamId,
    name: 'WhatsApp',
    agentId,
    phoneNumberId,
    businessId: accountId,
    accessToken: 'EAAtoken',
    appSecret,
  });
  const channel = () => t.run((ctx) => ctx.db.get(channelId)) as Promise<Doc<'channels'>>;
  const { publicId } = await channel();
  const bodyOf = (value: object, field = 'messages') =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: accountId, changes: [{ field, value }] }],
    });
  const knock = async (body: string, { secret = appSecret, at = publicId } = {}) =>
    t.fetch(`/channels/whatsapp/${at}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Hub-Signature-256': await sign(secret, body) },
      body,
    });
  const about = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '1', phone_number_id: phoneNumberId },
  };
  /** What a person does: text unless told otherwise. */
  const told = (more: object = {}, contact: object = { wa_id: phone, profile: { name: 'Jo' } }) => ({
    ...about,
    contacts: [contact],
    messages: [
      {
        id: `wamid.in-${++made}`,
        from: phone,
        timestamp: `${Math.floor(Date.now() / 1_000)}`,
        type: 'text',
        text: { body: 'Hello?' },
        ...more,
      },
    ],
  });
  const status = (id: string, what: string, more: object = {}) => ({
    ...about,
    statuses: [{ id, status: what, timestamp: `${Math.floor(Date.now() / 1_000)}`, ...more }],
  });
  const thread = async () => {
    const [newest] = await t.run((ctx) => ctx.db.query('conversations').order('desc').take(1));
    return threadOf({ t, teamId, agentId }, newest!._id);
  };
  /** Whatever is due within so long, and what follows from it: not the deadlines of people. */
  const work = async (withinMs = 4_000) => {
    for (let step = 0; step < 20; step++) {
      await vi.advanceTimersByTimeAsync(withinMs / 20);
      // What is hashed takes real time; what waits for a slot ends with the next step.
      await Promise.race([t.finishInProgressScheduledFunctions(), realTime()]);
    }
  };
  return {
    ...desk,
    channelId,
    phoneNumberId,
    accountId,
    channel,
    publicId,
    verifyToken: verifyToken!,
    graph,
    about,
    bodyOf,
    knock,
    told,
    status,
    work,
    /** Told and made sense of. */
    tell: async (value: object, field?: string) => {
      await knock(bodyOf(value, field));
      await work();
    },
    /** The conversation that began last. */
    thread,
    hasTemplate: () =>
      transact(t, (ctx) =>
        keepTemplates(
          ctx,
          channelId,
          readTemplates({
            data: [
              {
                name: 'waiting',
                language: 'en',
                status: 'APPROVED',
                category: 'UTILITY',
                components: [{ type: 'BODY', text: 'Hello {{1}}, we have an answer.' }],
              },
            ],
          })!.templates,
        ),
      ),
  };
}
export type WhatsappDesk = Awaited<ReturnType<typeof openWhatsappDesk>>;
