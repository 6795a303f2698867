/** An outside agent's side of /api/v1, on raw connections: one for each caller, one request at a time. */
import { RawHttp } from '../support/rawHttp.ts';

export class AgentApi {
  readonly #connections: Promise<RawHttp>[];
  readonly #head: string;

  constructor(siteUrl: string, key: string, callers = 1) {
    this.#connections = Array.from({ length: callers }, () => RawHttp.open(siteUrl));
    this.#head = `Authorization: Bearer ${key}\r\n`;
  }

  /** Answers the parsed body; throws for a refusal. */
  async post<T>(path: string, body: object, caller = 0): Promise<T> {
    const connection = await this.#connections[caller]!;
    return JSON.parse(await connection.post(`/api/v1${path}`, body, this.#head)) as T;
  }

  /** What the customer wrote; answers its sequence in the conversation. */
  async say(conversationId: string, text: string, caller = 0): Promise<number> {
    const path = `/conversations/${conversationId}/customer-messages`;
    return (await this.post<{ sequence: number }>(path, { text }, caller)).sequence;
  }

  /** A conversation of a customer of its own. */
  async start(externalId: string, caller = 0): Promise<string> {
    const customer = { externalId, name: `Customer ${externalId}`, email: `${externalId}@example.com` };
    return (await this.post<{ id: string }>('/conversations', { externalId, customer }, caller)).id;
  }

  /** Answers the ticket's number. */
  async handOver(conversationId: string, caller = 0): Promise<number> {
    const { ticket } = await this.post<{ ticket: { number: number } }>(
      `/conversations/${conversationId}/handovers`,
      { reason: 'agentAsked' },
      caller,
    );
    return ticket.number;
  }

  async close(): Promise<void> {
    for (const connection of await Promise.all(this.#connections)) connection.close();
  }
}
