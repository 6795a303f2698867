/**
 * A client of Baton's API for agents, made so that the order is hard to get wrong (docs/agents.md):
 *
 *   baton.conversation(id).read() ─▶ mustAnswer: true   a turn, which alone can answer, and once: it carries the epoch
 *                                  │                    and how far was read
 *                                  └ mustAnswer: false  nothing to be said
 *
 * What the desk refuses by its rules is a value; what is wrong with a call is a `BatonProblem`. Every call may be repeated,
 * and is, where no whole answer came or the desk asks to come back: what is written has an id of its own.
 */
import { Webhook } from 'standardwebhooks';
import type {
  Answered,
  Attributes,
  Control,
  ConversationState,
  Entry,
  EntryPage,
  HandedOver,
  Handover,
  ReceiptState,
  Start,
  WebhookEvent,
} from './types.ts';

export type * from './types.ts';

export interface Options {
  /** The site address of the deployment: `https://site.desk.example.com`. */
  site: string;
  /** `baton_live_…`, of one agent. */
  key: string;
  fetch?: typeof fetch;
  /** How long one try may take; 30 seconds unless said otherwise. */
  timeoutMs?: number;
}

/** RFC 9457: `code` is stable, the text is not. */
export class BatonProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'BatonProblem';
    this.status = status;
    this.code = code;
  }
}

/** A turn answers once; read again for the next. */
export class TurnIsOver extends Error {
  constructor() {
    super('This turn has been answered. Read the conversation again.');
    this.name = 'TurnIsOver';
  }
}

type Call = <Result>(method: 'GET' | 'POST', path: string, body?: object, key?: string) => Promise<Result>;

export class Baton {
  readonly #call: Call;

  constructor(options: Options) {
    this.#call = caller(options);
  }

  me(): Promise<{ agent: { id: string; name: string }; team: { name: string } }> {
    return this.#call('GET', '/me');
  }

  /** By your own id: a known conversation is found. */
  async start(start: Start): Promise<Conversation> {
    const { id } = await this.#call<ConversationState>('POST', '/conversations', start);
    return this.conversation(id);
  }

  conversation(id: string): Conversation {
    return new Conversation(this.#call, id);
  }

  /** Where a customer waits for this agent now, who waits longest first. */
  async *waiting(): AsyncGenerator<Conversation> {
    type Page = { conversations: ConversationState[]; nextCursor: string | null };
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Page = await this.#call<Page>('GET', `/conversations?mustAnswer=true${from}`);
      for (const { id } of page.conversations) yield this.conversation(id);
      cursor = page.nextCursor;
    }
  }
}

export class Conversation {
  readonly id: string;
  readonly #call: Call;

  constructor(call: Call, id: string) {
    this.#call = call;
    this.id = id;
  }

  get(): Promise<ConversationState> {
    return this.#call('GET', this.#path());
  }

  /** What the customer wrote, under your id for it: saying it again changes nothing. */
  customerWrote(
    text: string,
    clientMessageId: string,
    attributes?: Attributes,
  ): Promise<{ sequence: number; control: Control; mustAnswer: boolean }> {
    const said = { text, clientMessageId, ...(attributes && { attributes }) };
    return this.#call('POST', this.#path('/customer-messages'), said);
  }

  /** Everything behind `after`. Only where the agent must answer there is something that can. */
  async read(after = 0): Promise<Turn | Quiet> {
    const entries: Entry[] = [];
    let cursor = String(after);
    for (;;) {
      const query = `?after=${after}&cursor=${cursor}&limit=200`;
      const page = await this.#call<EntryPage>('GET', this.#path(`/entries${query}`));
      entries.push(...page.entries);
      // Control and entries of one page are of one moment, so the last page says how everything stands.
      if (page.nextCursor === null) {
        const { control, lastSequence, mustAnswer } = page;
        const seen = { conversation: this, entries, control, seenThrough: lastSequence };
        return mustAnswer ? new Turn(this.#call, seen) : { ...seen, mustAnswer };
      }
      cursor = page.nextCursor;
    }
  }

  async showTyping(isTyping = true): Promise<void> {
    await this.#call('POST', this.#path('/typing'), { isTyping });
  }

  /** What became of a message of a person that you brought to the customer. */
  async receipt(messageId: string, state: ReceiptState, failure?: string): Promise<void> {
    const said = failure === undefined ? { state } : { state, failure };
    await this.#call('POST', this.#path(`/messages/${messageId}/receipt`), said);
  }

  #path(rest = ''): string {
    return `/conversations/${this.id}${rest}`;
  }
}

interface Seen {
  readonly conversation: Conversation;
  /** Oldest first. */
  readonly entries: readonly Entry[];
  readonly control: Control;
  readonly seenThrough: number;
}

/** Nobody waits for the agent: be silent. */
export interface Quiet extends Seen {
  readonly mustAnswer: false;
}

/** The customer waits, and this is all that has been said. */
export class Turn implements Seen {
  readonly mustAnswer = true;
  readonly conversation: Conversation;
  readonly entries: readonly Entry[];
  readonly control: Control;
  readonly seenThrough: number;
  readonly #call: Call;
  #isOver = false;

  constructor(call: Call, { conversation, entries, control, seenThrough }: Seen) {
    this.#call = call;
    this.conversation = conversation;
    this.entries = entries;
    this.control = control;
    this.seenThrough = seenThrough;
  }

  /** Show the text to your customer only when it was accepted. After SUPERSEDED: `readOn`. */
  async answer(text: string): Promise<Answered> {
    this.#begin();
    // One answer to what was read, also when two processes were told of it.
    const clientMessageId = `turn-${this.#name()}`;
    return this.#post('/answers', { text, clientMessageId, ...this.#seen() });
  }

  /** Asks for a person; `farewell` is what you say about it. The agent goes on answering until one takes over. */
  async handOver({ farewell, ...handover }: Handover & { farewell?: string } = {}): Promise<HandedOver> {
    this.#begin();
    const said = farewell === undefined ? {} : { farewell: { text: farewell, ...this.#seen() } };
    const key = `handover-${this.#name()}`;
    const post = (as: string) => this.#post<HandedOver>('/handovers', { ...handover, ...said }, as);
    return post(key).catch(async (error: unknown) => {
      if (!(error instanceof BatonProblem) || error.code !== 'IDEMPOTENCY_KEY_REUSED') throw error;
      // Another process, or this one before it was started again, has asked with a brief of its own.
      const { ticket } = await this.conversation.get();
      if (ticket === null) return post(`${key}-${crypto.randomUUID()}`);
      return { outcome: 'handedOver', how: 'added', ticket, rule: ticket.rule, farewell: null };
    });
  }

  /** The same with what has come since. */
  async readOn(): Promise<Turn | Quiet> {
    const next = await this.conversation.read(this.seenThrough);
    const entries = [...this.entries, ...next.entries];
    return next.mustAnswer ? new Turn(this.#call, { ...seenOf(next), entries }) : { ...next, entries };
  }

  #begin(): void {
    if (this.#isOver) throw new TurnIsOver();
    this.#isOver = true;
  }

  #name(): string {
    return `${this.control.epoch}-${this.seenThrough}`;
  }

  #seen(): { epoch: number; seenThrough: number } {
    return { epoch: this.control.epoch, seenThrough: this.seenThrough };
  }

  #post<Result>(path: string, body: object, key?: string): Promise<Result> {
    return this.#call('POST', `/conversations/${this.conversation.id}${path}`, body, key);
  }
}

const seenOf = ({ conversation, entries, control, seenThrough }: Seen): Seen => ({
  conversation,
  entries,
  control,
  seenThrough,
});

/**
 * The event of a call, once its signature fits; throws otherwise. `body`: the bytes as they came, before any parsing. Keep
 * the ids of events you have handled: what comes twice is the same thing.
 */
export function readWebhook(
  secret: string,
  { headers, body }: { headers: Record<string, string | string[] | undefined>; body: string },
): WebhookEvent {
  const said = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  const event = new Webhook(secret).verify(body, said) as WebhookEvent;
  return { ...event, id: said['webhook-id']! };
}

const mostTries = 4;
const comesBack = new Set([429, 500, 502, 503, 504]);
const defaultTimeoutMs = 30_000;

function caller({ site, key, fetch: send = fetch, timeoutMs = defaultTimeoutMs }: Options): Call {
  return async (method, path, body, idempotencyKey) => {
    const request: RequestInit = {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    for (let tries = 1; ; tries++) {
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = await send(`${site}/api/v1${path}`, { ...request, signal })
        .then(readAnswer)
        .catch((error: unknown) => {
          if (tries === mostTries) throw error;
          return null;
        });
      if (answer?.response.ok) return answer.body as never;
      if (answer !== null && (tries === mostTries || !comesBack.has(answer.response.status)))
        throw problemOf(answer);
      await sleep(waitMs(answer?.response ?? null, tries));
    }
  };
}

interface Answer {
  response: Response;
  body: unknown;
}

/** Throws where a good answer is not whole; why a call was refused may stay unsaid. */
async function readAnswer(response: Response): Promise<Answer> {
  if (response.status === 204) return { response, body: undefined };
  const body = response.json();
  return { response, body: await (response.ok ? body : body.catch(() => ({}))) };
}

function waitMs(response: Response | null, tries: number): number {
  const asked = Number(response?.headers.get('retry-after') ?? '');
  return asked > 0 ? asked * 1_000 : 250 * 2 ** tries;
}

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function problemOf({ response: { status }, body }: Answer): BatonProblem {
  const said = (body ?? {}) as { code?: string; detail?: string; message?: string };
  const detail = said.detail ?? said.message ?? `The desk answered ${status}.`;
  return new BatonProblem(status, said.code ?? 'UNKNOWN', detail);
}
