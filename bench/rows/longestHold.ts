import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { removeFolder } from '../../test/engine/cliSupport.ts';
import { freshSettings, owner } from '../../test/journeys/harness.ts';
import { fillDesk, type SampleDesk } from '../../test/pictures/sampleDesk.ts';
import { AgentApi } from '../desk/agentApi.ts';
import { readMetrics } from '../desk/figures.ts';
import { longTexts } from '../desk/longTexts.ts';
import type { Settings } from '../../scripts/settings.ts';
import type { Figure, Row } from '../row.ts';
import { startDeskProcess } from '../support/deskProcess.ts';
import { pause } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

/** Noise only adds: the shortest hold of so many tries is the text's own. */
const TRIES = 3;
const QUIET_MS = 40;
const QUIET_FOR_MS = 400;
const PATIENCE_MS = 30_000;

/** How long one text of a customer or an article keeps everybody else waiting. */
export const longestHold: Row = {
  name: 'longestHold',
  about:
    'longest wait of a trivial mutation, and of the event loop, while long texts are sent, judged and saved',
  async run({ size }) {
    const settings = await freshSettings();
    const { stop } = await startDeskProcess(settings);
    try {
      const bench = await Bench.open(settings, await fillDesk({ settings }));
      const texts = Object.entries(longTexts).slice(0, size.tiny ? 2 : undefined);
      const tries = size.tiny ? 1 : TRIES;
      const ordinary = await bench.longest([['an ordinary line', 'How long does delivery take?']], tries);
      const longest = await bench.longest(texts, tries);
      await bench.close();
      return (['article', 'chat', 'api'] as const).map((way) => figureOf(way, longest[way], ordinary[way]));
    } finally {
      await stop();
      removeFolder(settings.dataDir);
    }
  },
};

const WAYS = {
  article: 'an article that is saved',
  chat: 'a message in the chat, judged by the built-in agent',
  api: 'a message and a handover through /api/v1',
};
type Way = keyof typeof WAYS;
interface Hold {
  ms: number;
  text: string;
}

function figureOf(way: Way, { ms, text }: Hold, ordinary: Hold): Figure {
  return {
    what: `longest hold by ${WAYS[way]}`,
    unit: 'ms',
    against: 'the same with an ordinary line',
    baseline: Math.max(ordinary.ms, 1),
    engine: ms,
    reach: { atMost: 50 },
    note: `by ${text}, 20,000 characters`,
  };
}

class Bench {
  readonly #settings: Settings;
  readonly #sample: SampleDesk;
  readonly #prober: SyncClient;
  readonly #agent: AgentApi;
  readonly #channel: string;
  #made = 0;

  static async open(settings: Settings, sample: SampleDesk): Promise<Bench> {
    const { operator, teamId } = sample;
    const [channel] = await operator.query(api.channels.list, { teamId });
    for (const { _id: agentId, kind } of await operator.query(api.agents.list, { teamId }))
      if (kind === 'knowledge') await operator.mutation(api.agents.update, { teamId, agentId, thinkMs: 0 });
    const prober = await SyncClient.open(settings.url);
    const params = { flow: 'signIn', email: owner.email, password: owner.password };
    const { tokens } = await new ConvexHttpClient(settings.url).action(api.auth.signIn, {
      provider: 'password',
      params,
    });
    prober.authenticate(tokens!.token);
    return new Bench(settings, sample, prober, channel!.publicId);
  }

  constructor(settings: Settings, sample: SampleDesk, prober: SyncClient, channel: string) {
    this.#settings = settings;
    this.#sample = sample;
    this.#prober = prober;
    this.#agent = new AgentApi(settings.siteUrl, sample.key);
    this.#channel = channel;
  }

  /** The worst text of each way. */
  async longest(texts: [string, string][], tries: number): Promise<Record<Way, Hold>> {
    const worst: Partial<Record<Way, Hold>> = {};
    // Articles last: a message is then judged beside all that were saved before.
    for (const way of ['api', 'chat', 'article', 'chat'] as const) {
      for (const [text, body] of texts) {
        const holds: number[] = [];
        for (let turn = 0; turn < tries; turn++) holds.push(await this.#holdOf(() => this.#send(way, body)));
        const ms = Math.min(...holds);
        if (ms > (worst[way]?.ms ?? -1)) worst[way] = { ms, text };
      }
    }
    return worst as Record<Way, Hold>;
  }

  /** Until the desk has been quiet for a while after it. */
  async #holdOf(send: () => Promise<unknown>): Promise<number> {
    await readMetrics(this.#settings.port);
    const sending = send();
    let longest = 0;
    let quietSince = performance.now();
    const begun = performance.now();
    while (performance.now() - quietSince < QUIET_FOR_MS && performance.now() - begun < PATIENCE_MS) {
      const asked = performance.now();
      await this.#prober.mutate('members:heartbeat', {
        ...{ teamId: this.#sample.teamId, sessionId: 'bench', idleMs: 0 },
      });
      const took = performance.now() - asked;
      longest = Math.max(longest, took);
      if (took > QUIET_MS) quietSince = performance.now();
      await pause(2);
    }
    await sending;
    const lag = (await readMetrics(this.#settings.port)).get('engine_event_loop_lag_seconds{quantile="1"}')!;
    return Math.max(longest, lag * 1_000);
  }

  async #send(way: Way, text: string): Promise<void> {
    if (way === 'chat') return this.#chat(text);
    if (way === 'article') return this.#save(text);
    const id = await this.#agent.start(`hold ${this.#made++}`.replace(' ', '-'));
    await this.#agent.say(id, text);
    await this.#agent.handOver(id);
  }

  async #save(body: string): Promise<void> {
    const { teamId, operator } = this.#sample;
    const article = { teamId, title: `Article ${this.#made++}`, body };
    const articleId: Id<'articles'> = await operator.mutation(api.articles.save, article);
    await operator.mutation(api.articles.save, { ...article, articleId });
  }

  async #chat(text: string): Promise<void> {
    const response = await fetch(`${this.#settings.siteUrl}/widget/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': `10.0.0.${this.#made++ % 250}` },
      body: JSON.stringify({ channel: this.#channel }),
    });
    const { jwt } = (await response.json()) as { jwt: string };
    const client = new ConvexHttpClient(this.#settings.url);
    client.setAuth(jwt);
    await client.mutation(api.web.send, { text, clientMessageId: 'one' });
  }

  async close(): Promise<void> {
    this.#prober.close();
    await this.#agent.close();
  }
}
