/**
 * A faithful local stand-in of Telegram's Bot API: its methods, its webhooks, its files, the people on the other side, and faults on
 * demand. Used by tests, by `npm run dev` and by whoever wants to try Telegram without an account; the same code of ours meets the
 * real host by its base URL. What it refuses is refusals.rows.ts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type KeptState, newState, type Person, type StoredMessage } from './bot.ts';
import { Limits } from './limits.ts';
import { type Call, findFile, methods, type World } from './methods.ts';
import type { Disorder, Fault, TelegramOptions } from './options.ts';
import { People } from './people.ts';
import { Refused, refuse } from './refusals.ts';
import { type Delivered, Updates } from './updates.ts';

interface LoggedCall {
  at: number;
  method: string;
  fields: Record<string, unknown>;
  /** What was answered; `silence`: nothing was. */
  code: number | 'silence';
}

export interface LocalTelegram {
  /** For TELEGRAM_BASE_URL. */
  url: string;
  token: string;
  username: string;
  calls: readonly LoggedCall[];
  deliveries: readonly Delivered[];
  /** Whoever writes to the bot. */
  people: People;
  /** What stands in the chat with this person, oldest first. */
  chat(person: Person): readonly StoredMessage[];
  fail(fault: Fault): () => void;
  setDisorder(disorder: Disorder): void;
  /** Updates that have not been taken. */
  pending(): number;
  onChange(tell: () => void): () => void;
  stop(): Promise<void>;
}

export async function startTelegram(options: TelegramOptions = {}): Promise<LocalTelegram> {
  const { port = 0, stateFile, retryScale = 1, disorder = {}, isStrict = false, now = Date.now } = options;
  const state: KeptState =
    stateFile !== undefined && existsSync(stateFile)
      ? (JSON.parse(readFileSync(stateFile, 'utf8')) as KeptState)
      : newState(options.bot);
  const told = new Set<() => void>();
  const settings = { retryScale, disorder, now };
  const updates = new Updates(() => state, settings);
  let files = state.chats.reduce((sum, { messages }) => sum + messages.length, 0);
  const changed = () => {
    if (stateFile !== undefined) writeFileSync(stateFile, JSON.stringify(state));
    for (const tell of told) tell();
  };
  const world: World = {
    state,
    updates,
    limits: new Limits(options),
    isStrict,
    now,
    changed,
    nextFile: () => `file${++files}`,
  };
  const calls: LoggedCall[] = [];
  const faults: (Fault & { left: number })[] = [];
  const server = createServer((request, response) => {
    answer(world, calls, faults, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  if (stateFile !== undefined) changed();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: state.bot.token,
    username: state.bot.username,
    calls,
    deliveries: updates.log,
    people: new People(world),
    chat: ({ id }) => state.chats.find(({ person }) => person.id === id)?.messages ?? [],
    fail: (fault) => {
      const active = { ...fault, left: fault.times ?? Infinity };
      faults.push(active);
      return () => void (active.left = 0);
    },
    setDisorder: (next) => void (settings.disorder = next),
    pending: () => updates.pendingCount,
    onChange: (tell) => {
      told.add(tell);
      return () => told.delete(tell);
    },
    stop: () => {
      updates.stop();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  world: World,
  calls: LoggedCall[],
  faults: (Fault & { left: number })[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const file = /^\/file\/bot([^/]+)\/documents\/(.+)$/.exec(pathname);
  if (file) return sendFile(world, file[1]!, decodeURIComponent(file[2]!), response);
  const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(pathname) ?? [];
  const call = await readCall(request);
  const logged: LoggedCall = { at: world.now(), method, fields: call.fields, code: 'silence' };
  calls.push(logged);
  const fault = faults.find((each) => each.left > 0 && method.startsWith(each.method ?? 'send'));
  if (fault) fault.left--;
  if (fault?.kind === 'silentBefore') return;
  const said = failed(fault) ?? carryOut(world, token, method, call);
  if (fault?.kind === 'silentAfter') return;
  if (fault?.kind === 'resetAfter') return void request.socket.resetAndDestroy();
  logged.code = said.status;
  const isText = typeof said.body === 'string';
  response.writeHead(said.status, { 'content-type': isText ? 'text/html' : 'application/json' });
  response.end(isText ? said.body : JSON.stringify(said.body));
}

interface Said {
  status: number;
  body: string | object;
}

const problem = (code: number, description: string, parameters?: object): Said => ({
  status: code,
  body: { ok: false, error_code: code, description, ...(parameters && { parameters }) },
});

function failed(fault: Fault | undefined): Said | null {
  switch (fault?.kind) {
    case 'error':
      return problem(500, 'Internal Server Error');
    case 'html':
      return { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
    case 'limited': {
      const seconds = fault.retryAfter ?? 1;
      return problem(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
    }
    case 'revoked':
      return problem(401, 'Unauthorized');
    case 'blocked':
      return problem(403, 'Forbidden: bot was blocked by the user');
    default:
      return null;
  }
}

function carryOut(world: World, token: string, name: string, call: Call): Said {
  try {
    if (!/^\d+:[\w-]{30,}$/.test(token)) refuse('noToken');
    if (token !== world.state.bot.token) refuse('wrongToken');
    const method = methods[name] ?? refuse('noMethod');
    const result = method(world, call);
    world.changed();
    return { status: 200, body: { ok: true, result } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return problem(error.code, error.description, error.parameters);
  }
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  const call: Call = { fields: {}, files: new Map() };
  if (type.startsWith('application/json')) {
    call.fields = body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Record<string, unknown>);
  } else if (type.startsWith('multipart/form-data')) {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') call.fields[name] = value;
      else {
        const bytes = new Uint8Array(await value.arrayBuffer());
        call.files.set(name, { name: value.name, type: value.type, bytes });
      }
    }
  }
  return call;
}

function sendFile({ state }: World, token: string, id: string, response: ServerResponse): void {
  const file = token === state.bot.token ? findFile(state, id) : undefined;
  if (!file) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(problem(404, 'Not Found').body));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  response.end(Buffer.from(file.content, 'base64'));
}
