/** A desk that is reached by mail, with the provider it talks to: both as tests have them, the desk in a process of its own. */
import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Doc, Id, TableNames } from '../../convex/_generated/dataModel.js';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { signedHeaders } from '../../providers/resend/webhooks/sign.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import type { Settings } from '../../scripts/settings.ts';
import { removeFolder } from '../../test/engine/cliSupport.ts';
import { freshSettings } from '../../test/journeys/harness.ts';
import { startScript } from '../support/child.ts';
import { pause } from '../support/measure.ts';
import type { BenchDesk, BenchTeam } from './desks.ts';

export interface MailDeskKeys {
  adminKey: string;
  teamId: Id<'teams'>;
  memberId: Id<'members'>;
  token: string;
  publicId: string;
}

export const support = 'support@in.acme.example';
const webhookSecret = `whsec_${Buffer.from('a secret of the bench').toString('base64')}`;
const LOOK_EVERY_MS = 100;
/** Beyond any pace that is measured. */
export const UNLIMITED = 100_000;

/** An event as the provider posts it. */
export interface Signed {
  event: object;
  /** Lines of the head, each with its end. */
  head: string;
}

export class MailDesk {
  readonly resend: LocalResend;
  readonly settings: Settings;
  readonly client: ConvexHttpClient;
  readonly #keys: MailDeskKeys;
  readonly #stop: () => Promise<void>;
  readonly #pid: number;

  /** `flags`: of the desk's process, such as --cpu-prof. */
  static async start(flags: string[] = []): Promise<MailDesk> {
    const resend = await startResend({ ratePerSecond: UNLIMITED });
    const settings = await freshSettings();
    const told = { settings, resendUrl: resend.url, apiKey: resend.apiKey, webhookSecret };
    const child = await startScript<MailDeskKeys>('desk/mailDesk.ts', told, flags);
    return new MailDesk(resend, settings, child.said, child.pid, child.stop);
  }

  constructor(
    resend: LocalResend,
    settings: Settings,
    keys: MailDeskKeys,
    pid: number,
    stop: () => Promise<void>,
  ) {
    this.resend = resend;
    this.settings = settings;
    this.#keys = keys;
    this.#pid = pid;
    this.#stop = stop;
    this.client = new ConvexHttpClient(settings.url, { logger: false });
    this.client.setAuth(keys.token);
  }

  get path(): string {
    return `/channels/email/${this.#keys.publicId}`;
  }

  get teamId(): Id<'teams'> {
    return this.#keys.teamId;
  }

  /** From here on the provider tells by itself what happens. */
  connect(): void {
    this.resend.addWebhook({ endpoint: `${this.settings.siteUrl}${this.path}`, secret: webhookSecret });
  }

  /** As the screens of the bench are opened. */
  get asBench(): { desk: BenchDesk; team: BenchTeam } {
    const { teamId, memberId, token } = this.#keys;
    const team = {
      teamId,
      owner: { memberId, token },
      operators: [],
      agentId: null,
      key: '',
      conversations: [],
    };
    const { settings } = this;
    return { team, desk: { settings, pid: this.#pid, teams: [team], dispose: () => this.dispose() } };
  }

  sign(at: number, event: object): Signed {
    const now = Math.floor(Date.now() / 1_000);
    const headers = signedHeaders(webhookSecret, `msg_${at}`, now, JSON.stringify(event));
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return { event, head: head.join('') };
  }

  /** The newest documents of a table; all of them unless told. */
  async rows<Table extends TableNames>(table: Table, newest?: number): Promise<Doc<Table>[]> {
    const deployment = { url: this.settings.url, adminKey: this.#keys.adminKey };
    const rows: Doc<Table>[] = [];
    type Page = { page: Doc<Table>[]; isDone: boolean; continueCursor: string };
    for (let cursor: string | null = null; ;) {
      const args = { table, order: 'desc', paginationOpts: { numItems: newest ?? 1_000, cursor } };
      const read: Page = await callAsAdmin(deployment, 'query', '_system/cli/tableData', args);
      rows.push(...read.page);
      if (read.isDone || newest !== undefined) return rows;
      cursor = read.continueCursor;
    }
  }

  /** Resolves when nothing that was told waits any more. */
  async processed(): Promise<void> {
    const waits = async (newest?: number) =>
      (await this.rows('inboundEvents', newest)).some(({ state }) => state === 'waiting');
    while ((await waits(200)) || (await waits())) await pause(LOOK_EVERY_MS);
  }

  /** The conversation of each customer who has written. */
  async conversations(): Promise<Map<string, Id<'conversations'>>> {
    const threads = await this.rows('mailThreads');
    return new Map(threads.map(({ to, conversationId }) => [to, conversationId]));
  }

  /** Takes over where nobody has; answers the ticket's number. */
  async reply(conversationId: Id<'conversations'>, text: string): Promise<number> {
    const { teamId } = this;
    const { memberships } = await this.client.query(api.me.get, {});
    const readKey = memberships[0]!.readKeys.operator;
    const head = await this.client.query(api.conversations.head, { teamId, readKey, conversationId });
    const written = { teamId, conversationId, text, clientMessageId: text };
    const { takenOver, outcome } = await this.client.mutation(api.messages.takeOverAndSend, {
      ...written,
      seenThrough: head.lastSequence,
    });
    if (!('sent' in outcome)) throw new Error(JSON.stringify(outcome));
    return takenOver.number;
  }

  async dispose(): Promise<void> {
    await this.#stop();
    await this.resend.stop();
    removeFolder(this.settings.dataDir);
  }
}
