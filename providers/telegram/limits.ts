/**
 * How much a bot may say (core.telegram.org/bots/faq): about a message a second in one chat, where short bursts pass, and about 30 a
 * second in all. Over it there are none for as long as the answer says, and what is asked meanwhile makes that no shorter.
 */
export class Limits {
  readonly #perChat: number;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #chats = new Map<number, { tokens: number; at: number }>();
  #second = { from: 0, count: 0 };

  constructor({
    perChat = 1,
    burst = 20,
    perSecond = 30,
  }: { perChat?: number | undefined; burst?: number | undefined; perSecond?: number | undefined } = {}) {
    this.#perChat = perChat;
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Seconds to wait; 0: taken. */
  take(chat: number, now: number): number {
    const known = this.#chats.get(chat) ?? { tokens: this.#burst, at: now };
    const tokens = Math.min(this.#burst, known.tokens + ((now - known.at) / 1_000) * this.#perChat);
    if (tokens < 1) {
      this.#chats.set(chat, { tokens, at: now });
      return Math.ceil((1 - tokens) / this.#perChat);
    }
    if (now - this.#second.from >= 1_000) this.#second = { from: now, count: 0 };
    if (this.#second.count >= this.#perSecond) return 1;
    this.#second.count++;
    this.#chats.set(chat, { tokens: tokens - 1, at: now });
    return 0;
  }
}
