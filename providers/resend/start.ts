/**
 * A faithful local stand-in of Resend: its API for sending and receiving, its signed webhooks, the mailboxes of the
 * people outside, and faults on demand. Used by tests, by `npm run dev` and by whoever wants to try mail without an
 * account; the same code of ours meets the real host by its base URL. What it refuses is refusals.rows.ts.
 */
import type { Fault } from './faults.ts';
import type { Log } from './log.ts';
import { serveMailbox } from './mailbox/handler.ts';
import { pathOf } from './mailbox/pages.ts';
import { type IncomingMail, writeIncoming } from './mail/incoming.ts';
import type { StoredMail } from './mail/mailboxes.ts';
import type { ReadMail } from './mail/read.ts';
import type { Disorder, ResendOptions } from './options.ts';
import type { Received } from './receiving.ts';
import type { Fate } from './sending.ts';
import { listen } from './server.ts';
import { keep, keptKeys } from './state.ts';
import { Team } from './team.ts';

interface Envelope {
  from: string;
  to: string | string[];
  /** Nothing is written on top of the bytes. */
  asIs?: boolean;
  /** Kept without a webhook: as if the webhook had been lost. */
  quietly?: boolean;
}

export type { ResendOptions };

export interface LocalResend {
  /** For the SDK's `baseUrl`. */
  url: string;
  apiKey: string;
  /** Refused where anything but sending is asked for. */
  sendingKey: string;
  log: Log;
  /** A mail that a customer's program writes. Resolves when it is kept, before its webhook is delivered. */
  receive(mail: IncomingMail, how?: Partial<Envelope>): Promise<Received>;
  /** A mail as bytes. */
  receiveRaw(raw: Uint8Array | string, envelope: Envelope): Promise<Received>;
  /** What was delivered to an address outside and written from it, oldest first. */
  mailbox(address: string): readonly StoredMail[];
  /** The same, read. */
  mails(address: string): Promise<ReadMail[]>;
  /** An endpoint that is known is not added again. */
  addWebhook(webhook: { endpoint: string; events?: string[]; secret?: string }): {
    id: string;
    secret: string;
  };
  /** What becomes of mail to this address from now on. */
  setFate(address: string, fate: Fate): void;
  /** Beside those that are set; the answer ends them. */
  fail(...faults: Fault[]): () => void;
  setDisorder(disorder: Disorder): void;
  setRate(perSecond: number): void;
  /** Domains of the other are reached from here, and the other way round. */
  connect(other: LocalResend): void;
  /** The page on which one is the customer. */
  mailboxUrl(address: string): string;
  /** Resolves when every mail and webhook that is under way has come to its end, tries that are due later included. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const teams = new WeakMap<LocalResend, Team>();

export async function startResend(options: ResendOptions = {}): Promise<LocalResend> {
  const { stateFile } = options;
  const team = new Team({ ...keptKeys(stateFile), ...options });
  const endKeeping = stateFile === undefined ? () => {} : await keep(team, stateFile);
  const { settings, mailboxes } = team;
  const server = await listen(team, settings.port, (...visit) => serveMailbox(team, ...visit));
  const receiveRaw: LocalResend['receiveRaw'] = (raw, { from, to, asIs, quietly }) => {
    const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
    return team.takeIn({ raw: bytes, from, to: [to].flat(), asIs }, quietly);
  };
  const local: LocalResend = {
    url: server.url,
    apiKey: settings.apiKey,
    sendingKey: settings.sendingKey,
    log: team.log,
    receive: (mail, how = {}) => {
      const { raw, from, to } = writeIncoming(mail, settings.now(), (address) =>
        Boolean(team.domains.ofReceiver(address)),
      );
      return receiveRaw(raw, { from, to, ...how });
    },
    receiveRaw,
    mailbox: (address) => mailboxes.list(address),
    mails: (address) => Promise.all(mailboxes.list(address).map((mail) => mailboxes.read(mail))),
    addWebhook: (webhook) => {
      const known = team.endpoints
        .list()
        .find(
          ({ endpoint, secret }) => endpoint === webhook.endpoint && (webhook.secret ?? secret) === secret,
        );
      const added = known ?? team.endpoints.add(webhook);
      return { id: added.id, secret: added.secret };
    },
    setFate: (address, fate) => team.sending.setFate(address, fate),
    fail: (...faults) => team.faults.set(faults),
    setDisorder: (disorder) => void (settings.disorder = disorder),
    setRate: (perSecond) => void (settings.ratePerSecond = perSecond),
    connect: (other) => connect(team, teams.get(other)),
    mailboxUrl: (address) => `${server.url}${pathOf(address)}`,
    settled: () => team.work.settled(),
    stop: async () => {
      endKeeping();
      team.stop();
      await server.close();
    },
  };
  teams.set(local, team);
  return local;
}

function connect(team: Team, peer: Team | undefined): void {
  if (!peer) throw new Error('That is no local Resend of this process.');
  team.peers.push(peer);
  peer.peers.push(team);
}
