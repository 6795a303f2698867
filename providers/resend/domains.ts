/** The team's domains, with the DNS records each asks for. */
import { databaseTime, newId } from './ids.ts';
import { domainOf } from './mail/addresses.ts';
import type { DomainOptions } from './options.ts';

export interface Domain extends Required<DomainOptions> {
  id: string;
  createdAt: number;
}

export class Domains {
  readonly #domains: Domain[];

  constructor(given: readonly DomainOptions[], now: number) {
    this.#domains = given.map((each) => ({
      id: newId(),
      createdAt: now,
      status: 'verified',
      receiving: false,
      sending: true,
      region: 'us-east-1',
      ...each,
    }));
  }

  list(): Domain[] {
    return this.#domains.toReversed();
  }

  get(id: string): Domain | null {
    return this.#domains.find((each) => each.id === id) ?? null;
  }

  /** Where a mail may be sent from: exactly this domain, verified. */
  ofSender(address: string): Domain | null {
    return this.#of(address, ({ sending, status }) => sending && status === 'verified');
  }

  ofReceiver(address: string): Domain | null {
    return this.#of(address, ({ receiving }) => receiving);
  }

  #of(address: string, fits: (domain: Domain) => boolean): Domain | null {
    const name = domainOf(address);
    return this.#domains.find((each) => each.name === name && fits(each)) ?? null;
  }
}

export function shownDomain({ id, name, status, createdAt, region, sending, receiving }: Domain) {
  return {
    id,
    name,
    status,
    created_at: databaseTime(createdAt),
    region,
    capabilities: {
      sending: sending ? 'enabled' : 'disabled',
      receiving: receiving ? 'enabled' : 'disabled',
    },
    open_tracking: false,
    click_tracking: false,
  };
}

export function recordsOf({ name, status, region, sending, receiving }: Domain): Record<string, unknown>[] {
  // As it is entered at the registrar: without the registered domain.
  const under = name.split('.').slice(0, -2).join('.');
  const at = (label: string) => [label, under].filter(Boolean).join('.');
  const all = { ttl: 'Auto', status };
  const mx = { type: 'MX', priority: 10, ...all };
  const txt = { type: 'TXT', ...all };
  const key = 'p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7';
  const ofSending = [
    { record: 'SPF', name: at('send'), value: `feedback-smtp.${region}.amazonses.com`, ...mx },
    { record: 'SPF', name: at('send'), value: '"v=spf1 include:amazonses.com ~all"', ...txt },
    { record: 'DKIM', name: at('resend._domainkey'), value: key, ...txt },
  ];
  const ofReceiving = [
    { record: 'Receiving', name: under || '@', value: `inbound-smtp.${region}.amazonaws.com`, ...mx },
  ];
  return [...(sending ? ofSending : []), ...(receiving ? ofReceiving : [])];
}
