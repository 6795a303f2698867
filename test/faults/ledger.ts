/** Callers that append numbered entries as fast as they can through any number of restarts, and the audit of what became of them. */
import { documentsOf } from './support.ts';
import { SyncPeer, type Answer } from './syncPeer.ts';

export class Ledger {
  readonly peers: SyncPeer[] = [];
  /** Entries answered with success. */
  acknowledged: { caller: string; n: number; ts: bigint }[] = [];
  /** Failures the server answered with. */
  refusals: string[] = [];
  /** Answers that cannot be right. */
  wrong: string[] = [];
  #running = true;
  #done: Promise<void>[] = [];

  /** `window` mutations of each of the callers are under way at once. */
  constructor(url: string, callers: number, { window = 16, padChars = 200 } = {}) {
    for (let at = 0; at < callers; at++) {
      const caller = `caller ${at}`;
      const peer = new SyncPeer(url, [{ udfPath: 'ledger:count', args: { caller } }]);
      this.peers.push(peer);
      peer.connect();
      let next = 0;
      for (let lane = 0; lane < window; lane++) {
        this.#done.push(
          (async () => {
            while (this.#running) {
              const n = next++;
              const pad = 'x'.repeat((n * 37) % padChars);
              this.#note(caller, n, await peer.mutate('ledger:append', { caller, n, pad }));
            }
          })(),
        );
      }
    }
  }

  #note(caller: string, n: number, { ok, value, ts }: Answer): void {
    if (!ok) return void this.refusals.push(String(value));
    this.acknowledged.push({ caller, n, ts });
    // In order and without refusals the n-th append counts to n + 1; after a refusal to less.
    if ((value as number) > n + 1) this.wrong.push(`${caller} ${n} was counted as ${value}`);
  }

  get complaints(): string[] {
    return [...this.wrong, ...this.peers.flatMap((peer) => peer.complaints)];
  }

  /** Waits until everything that was sent has been answered. */
  async finish(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#done);
    for (const peer of this.peers) peer.close();
  }

  /** Gives up on what is unanswered. */
  abandon(): void {
    this.#running = false;
    for (const peer of this.peers) peer.close();
  }

  /** Compares with a folder no engine runs on, which is scrubbed first. */
  audit(dir: string): { lost: number; doubled: number; miscounted: number; stored: number } {
    const seen = new Map<string, number>();
    const perCaller = new Map<string, number>();
    for (const { caller, n } of documentsOf(dir, 'entries')) {
      seen.set(`${caller} ${n}`, (seen.get(`${caller} ${n}`) ?? 0) + 1);
      perCaller.set(caller as string, (perCaller.get(caller as string) ?? 0) + 1);
    }
    const counters = documentsOf(dir, 'counters');
    return {
      lost: this.acknowledged.filter(({ caller, n }) => !seen.has(`${caller} ${n}`)).length,
      doubled: [...seen.values()].filter((times) => times > 1).length,
      miscounted: counters.filter(({ name, value }) => perCaller.get(name as string) !== value).length,
      stored: seen.size,
    };
  }
}
