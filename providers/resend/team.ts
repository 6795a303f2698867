/** One account of the local Resend: everything it holds, and the post between it and the mailboxes outside. */
import { Domains } from './domains.ts';
import { FaultBoard } from './faults.ts';
import { newKey } from './ids.ts';
import { Limiter } from './limiter.ts';
import { Log } from './log.ts';
import { Mailboxes } from './mail/mailboxes.ts';
import { stamped } from './mail/transport.ts';
import { type ResendOptions, type Settings, withDefaults } from './options.ts';
import { Quota } from './quota.ts';
import { Random } from './random.ts';
import { Receiving } from './receiving.ts';
import { Sending } from './sending.ts';
import { Deliveries } from './webhooks/deliveries.ts';
import { Endpoints } from './webhooks/endpoints.ts';
import { Work } from './work.ts';

export interface Letter {
  raw: Uint8Array;
  /** The envelope. */
  from: string;
  to: string[];
  emailId?: string | null;
  /** The bytes are kept as they are: no server on the way adds its headers. */
  asIs?: boolean;
}

export class Team {
  readonly settings: Settings;
  readonly random: Random;
  readonly log = new Log();
  readonly work = new Work();
  readonly limiter = new Limiter();
  readonly mailboxes = new Mailboxes();
  readonly domains: Domains;
  readonly endpoints: Endpoints;
  readonly quota: Quota;
  readonly faults: FaultBoard;
  readonly deliveries: Deliveries;
  readonly sending: Sending;
  readonly receiving: Receiving;
  /** Other accounts, whose domains are reached from here. */
  readonly peers: Team[] = [];

  constructor(options: ResendOptions) {
    this.settings = withDefaults(options, { key: newKey, seed: () => Math.floor(Math.random() * 2 ** 31) });
    const { seed, now } = this.settings;
    this.random = new Random(seed);
    this.domains = new Domains(this.settings.domains, now());
    this.endpoints = new Endpoints(now);
    this.quota = new Quota(this.settings);
    this.faults = new FaultBoard(now, this.random);
    this.faults.set(options.faults ?? []);
    const { log, work, random, endpoints, settings } = this;
    this.deliveries = new Deliveries({ settings, endpoints, log, work, random });
    this.sending = new Sending(this);
    this.receiving = new Receiving(this);
    if (options.webhook) this.endpoints.add(options.webhook);
  }

  /** Brings a mail to everybody on its envelope: into a receiving domain here or of a peer, or into a mailbox. */
  async post(letter: Letter): Promise<void> {
    const homes = new Map<Team | null, string[]>();
    for (const address of letter.to) {
      const home = [this, ...this.peers].find((team) => team.domains.ofReceiver(address)) ?? null;
      homes.set(home, [...(homes.get(home) ?? []), address]);
    }
    for (const [home, to] of homes) {
      if (home) await home.takeIn({ ...letter, to });
      else for (const address of to) this.#putInMailbox(letter, address);
    }
  }

  async takeIn({ raw, from, to, asIs }: Letter, quietly = false) {
    const stray = to.find((address) => !this.domains.ofReceiver(address));
    if (stray !== undefined) throw new Error(`Nobody receives mail for ${stray} here.`);
    const server = 'inbound-smtp.us-east-1.amazonaws.com';
    const whole = asIs
      ? Buffer.from(raw)
      : stamped(raw, { server, from, to: to[0] ?? '', now: this.settings.now() });
    return this.receiving.take(whole, to, quietly);
  }

  stop(): void {
    this.work.stop();
    this.deliveries.close();
  }

  #putInMailbox({ raw, from, emailId = null }: Letter, address: string): void {
    const server = `mx.${address.replace(/^.*@/, '')}`;
    const now = this.settings.now();
    const whole = stamped(raw, { server, from, to: address, now });
    this.mailboxes.put(address, { at: now, direction: 'received', raw: whole, emailId });
  }
}
