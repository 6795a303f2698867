/** Mails a day and a month: each recipient and each received mail counts. */
import type { Settings } from './options.ts';
import { refuse } from './refusals.ts';

const dayMs = 24 * 3_600_000;
const monthMs = 30 * dayMs;

export class Quota {
  readonly #settings: Settings;
  #counted: { at: number; mails: number }[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  takeForSend(mails: number, now: number): void {
    const { dailyQuota, monthlyQuota } = this.#settings;
    if (this.#used(now, monthMs) + mails > monthlyQuota) refuse('monthlyQuota');
    if (this.#used(now, dayMs) + mails > dailyQuota) refuse('dailyQuota');
    this.count(mails, now);
  }

  count(mails: number, now: number): void {
    const { dailyQuota, monthlyQuota } = this.#settings;
    if (dailyQuota === Infinity && monthlyQuota === Infinity) return;
    this.#counted = this.#counted.filter(({ at }) => at > now - monthMs);
    this.#counted.push({ at: now, mails });
  }

  /** Only of accounts that have one, as the docs say of these headers. */
  headers(now: number): Record<string, string> {
    const { dailyQuota, monthlyQuota } = this.#settings;
    return {
      ...(dailyQuota === Infinity ? {} : { 'x-resend-daily-quota': `${this.#used(now, dayMs)}` }),
      ...(monthlyQuota === Infinity ? {} : { 'x-resend-monthly-quota': `${this.#used(now, monthMs)}` }),
    };
  }

  #used(now: number, windowMs: number): number {
    return this.#counted.reduce((sum, { at, mails }) => (at > now - windowMs ? sum + mails : sum), 0);
  }
}
