/** What outlives a restart, in one file: token, secret, webhook, people and their threads. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account } from './account.ts';
import type { WhatsappOptions } from './options.ts';
import type { Webhook } from './webhooks/deliveries.ts';

interface State {
  token: string;
  appSecret: string;
  webhook: Webhook | null;
  people: ReturnType<Account['people']['state']>;
}

const everyMs = 1_000;

export function keptSecrets(file: string | undefined): Pick<WhatsappOptions, 'token' | 'appSecret'> {
  if (file === undefined || !existsSync(file)) return {};
  const { token, appSecret } = read(file);
  return { token, appSecret };
}

/** Puts back what was kept, and keeps from now on what changes. The answer writes a last time and ends it. */
export function keep(account: Account, file: string): () => void {
  if (existsSync(file)) {
    const { webhook, people } = read(file);
    account.deliveries.webhook = webhook;
    account.people.restore(people);
  }
  let written = '';
  const write = () => {
    const { settings, deliveries, people } = account;
    const state: State = {
      token: settings.token,
      appSecret: settings.appSecret,
      webhook: deliveries.webhook,
      people: people.state(),
    };
    const text = JSON.stringify(state);
    if (text === written) return;
    written = text;
    mkdirSync(dirname(file), { recursive: true });
    // Whole or not at all, and for its owner alone: there are secrets in it.
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
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

const read = (file: string): State => JSON.parse(readFileSync(file, 'utf8')) as State;
