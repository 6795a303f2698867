/**
 * A faithful local stand-in of WhatsApp's Cloud API: messages both ways, files, statuses, templates, the window of 24 hours, its
 * limits and refusals, signed webhooks, and the phones of the people outside. The same code of ours meets the real host by its base
 * URL. What it refuses is refusals.rows.ts.
 */
import type { Fault } from '../resend/faults.ts';
import { Account } from './account.ts';
import { serveDashboard } from './dashboard/handler.ts';
import type { Log } from './log.ts';
import type { Disorder, TemplateOptions, WhatsappOptions } from './options.ts';
import type { Person, PhoneMessage } from './people.ts';
import { listen } from './server.ts';
import { keep, keptSecrets } from './state.ts';
import { shakeHands } from './webhooks/handshake.ts';
import type { Written } from './writing.ts';

export type { WhatsappOptions };

export interface LocalWhatsapp {
  /** In the place of https://graph.facebook.com. */
  url: string;
  token: string;
  appSecret: string;
  accountId: string;
  phoneNumberId: string;
  displayNumber: string;
  log: Log;
  /** As in the app's dashboard: asked first whether it knows the token. False where it does not. */
  setWebhook(webhook: { url: string; verifyToken: string }): Promise<boolean>;
  /** Whoever has a phone with WhatsApp; what is told changes them. */
  person(phone: string, more?: Partial<Omit<Person, 'phone' | 'userId'>>): Person;
  /** What is on their phone, oldest first. */
  thread(phone: string): readonly PhoneMessage[];
  /** They write: the id of the message. */
  write(phone: string, written: Written | string): string;
  react(phone: string, of: string, emoji: string): void;
  edit(phone: string, of: string, text: string): void;
  revoke(phone: string, of: string): void;
  /** They open the thread. */
  read(phone: string): void;
  /** They take another number. */
  move(phone: string, to: string): void;
  /** Somebody of the business writes on the phone with its number. */
  echo(phone: string, written: Written | string): string;
  /** Of the whole account, such as `account_update`. */
  tellOfAccount(field: string, value: object): void;
  setTemplate(name: string, status: NonNullable<TemplateOptions['status']>): void;
  /** A file is gone before its time. */
  forgetMedia(id: string): void;
  /** The token is refused from now on, or taken again. */
  setToken(isGood: boolean): void;
  /** Something on a phone has changed. Returns how to end that. */
  onChange(tell: () => void): () => void;
  /** Where the webhook is set, as in the app's dashboard. */
  dashboardUrl: string;
  /** Beside those that are set; the answer ends them. Sends of messages unless told. */
  fail(...faults: Fault[]): () => void;
  setDisorder(disorder: Disorder): void;
  /** Resolves when everything that is under way has come to its end, tries that are due later included. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWhatsapp(options: WhatsappOptions = {}): Promise<LocalWhatsapp> {
  const { stateFile } = options;
  const account = new Account({ ...keptSecrets(stateFile), ...options });
  const endKeeping = stateFile === undefined ? () => {} : keep(account, stateFile);
  const { settings, people, writing, deliveries } = account;
  const server = await listen(account, settings.port, (...visit) => serveDashboard(account, ...visit));
  const local: LocalWhatsapp = {
    url: server.url,
    token: settings.token,
    appSecret: settings.appSecret,
    accountId: settings.accountId,
    phoneNumberId: settings.phoneNumberId,
    displayNumber: settings.displayNumber,
    log: account.log,
    setWebhook: async (webhook) => {
      const isKnown = await shakeHands(webhook);
      if (isKnown) deliveries.webhook = webhook;
      return isKnown;
    },
    person: (phone, more) => people.ensure(phone, more),
    thread: (phone) => people.thread(people.ensure(phone)),
    write: (phone, written) => writing.write(people.ensure(phone), asWritten(written)),
    react: (phone, of, emoji) => writing.react(people.ensure(phone), of, emoji),
    edit: (phone, of, text) => writing.edit(people.ensure(phone), of, text),
    revoke: (phone, of) => writing.revoke(people.ensure(phone), of),
    read: (phone) => writing.read(people.ensure(phone)),
    move: (phone, to) => writing.move(people.ensure(phone), to),
    echo: (phone, written) => writing.echo(people.ensure(phone), asWritten(written)),
    tellOfAccount: (field, value) => account.tellOfAccount(field, value),
    setTemplate: (name, status) => {
      const { id, language } = account.templates.setStatus(name, status);
      account.tellOfAccount('message_template_status_update', {
        event: status,
        message_template_id: Number(id),
        message_template_name: name,
        message_template_language: language,
        reason: 'NONE',
      });
    },
    forgetMedia: (id) => account.media.forget(id),
    setToken: (isGood) => void (account.isTokenGood = isGood),
    onChange: (tell) => {
      account.listeners.add(tell);
      return () => void account.listeners.delete(tell);
    },
    dashboardUrl: `${server.url}/dashboard`,
    fail: (...faults) => account.faults.set(faults.map((fault) => ({ path: /\/messages$/, ...fault }))),
    setDisorder: (disorder) => void (settings.disorder = disorder),
    settled: () => account.work.settled(),
    stop: async () => {
      endKeeping();
      account.stop();
      await server.close();
    },
  };
  if (options.webhook !== undefined) deliveries.webhook = options.webhook;
  return local;
}

const asWritten = (written: Written | string): Written =>
  typeof written === 'string' ? { text: written } : written;
