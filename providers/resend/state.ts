/**
 * What outlives a restart, in one file: keys, endpoints with their secrets, mails, idempotency keys and who is written to no
 * more. A desk that was connected stays so. Not kept: limits, faults, the log, and webhooks that were to be tried again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoredMail } from './mail/mailboxes.ts';
import type { ResendOptions } from './options.ts';
import type { SendingState } from './sending.ts';
import type { Team } from './team.ts';
import type { Endpoint } from './webhooks/endpoints.ts';

interface State {
  apiKey: string;
  sendingKey: string;
  endpoints: Endpoint[];
  /** Older files have none. */
  sending?: SendingState;
  mailboxes: { address: string; mails: (Omit<StoredMail, 'raw'> & { raw: string })[] }[];
  received: { id: string; at: number; raw: string; receivedFor: string[] }[];
}

const everyMs = 1_000;

/** Keys that were kept win over new ones, not over those that are given. */
export function keptKeys(file: string | undefined): Pick<ResendOptions, 'apiKey' | 'sendingKey'> {
  const { apiKey, sendingKey } = file && existsSync(file) ? read(file) : {};
  return { apiKey, sendingKey };
}

/** Puts back what was kept, and keeps from now on what changes. The answer writes a last time and ends it. */
export async function keep(team: Team, file: string): Promise<() => void> {
  if (existsSync(file)) await restore(team, read(file) as State);
  let written = '';
  const write = () => {
    const state = JSON.stringify(stateOf(team));
    if (state === written) return;
    written = state;
    mkdirSync(dirname(file), { recursive: true });
    // Whole or not at all, and for its owner alone: there are secrets in it.
    writeFileSync(`${file}.new`, state, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  write();
  const timer = setInterval(write, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    write();
  };
}

const read = (file: string): Partial<State> => JSON.parse(readFileSync(file, 'utf8')) as State;

function stateOf({ settings, endpoints, sending, mailboxes, receiving }: Team): State {
  return {
    apiKey: settings.apiKey,
    sendingKey: settings.sendingKey,
    endpoints: endpoints.list().toReversed(),
    sending: sending.state(),
    mailboxes: mailboxes.addresses().map((address) => ({
      address,
      mails: mailboxes.list(address).map((mail) => ({ ...mail, raw: mail.raw.toString('base64') })),
    })),
    received: receiving
      .list()
      .toReversed()
      .map(({ id, at, raw, receivedFor }) => ({ id, at, raw: raw.toString('base64'), receivedFor })),
  };
}

async function restore({ endpoints, sending, mailboxes, receiving }: Team, state: State): Promise<void> {
  for (const each of state.endpoints) endpoints.restore(each);
  if (state.sending) sending.restore(state.sending);
  for (const { address, mails } of state.mailboxes)
    for (const mail of mails) mailboxes.put(address, { ...mail, raw: Buffer.from(mail.raw, 'base64') });
  for (const each of state.received)
    await receiving.restore({ ...each, raw: Buffer.from(each.raw, 'base64') });
}
