/**
 * A real engine in this process with the fixture app pushed by the real CLI (once: the next ones begin with a copy of that
 * folder), and clients of every kind for it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { WebSocket } from 'ws';
import { startEngine, type Engine } from '../../engine/server/engine.ts';
import type { EngineOptions } from '../../engine/server/setting.ts';
import { hashOf } from '../../scripts/inputs.ts';
import { fill } from '../prepared.ts';
import { convex, copyApp, removeFolder, temporaryFolder } from './cliSupport.ts';

export interface TestEngine {
  engine: Engine;
  /** Live results that subscribers should have got and did not. */
  violations: Error[];
  /** Unforeseen failures the engine reported. */
  errors: unknown[];
  client(options?: ConstructorParameters<typeof ConvexClient>[1]): ConvexClient;
  http(): ConvexHttpClient;
  token(name: string, expiresInS?: number, changes?: { claims?: object; forged?: boolean }): string;
  raw(): Promise<RawClient>;
  stop(): Promise<void>;
}

export async function startTestEngine(
  options: Partial<EngineOptions> = {},
  fixture = 'basic',
): Promise<TestEngine> {
  const dataDir = temporaryFolder('engine');
  const folder = options.dataDir ?? dataDir;
  const isNew = !existsSync(folder) || readdirSync(folder).length === 0;
  if (isNew) await fillWithFixture(folder, fixture);
  const violations: Error[] = [];
  const errors: unknown[] = [];
  const engine = await startEngine({
    dataDir,
    port: 0,
    onViolation: (violation) => violations.push(violation),
    reportError: (error) => errors.push(error),
    ...options,
  });
  const issuer = makeIssuer();
  await engine.environment.set({ TEST_JWKS: issuer.jwks });
  if (!isNew) await push(engine, fixture);
  const open: { close(): unknown }[] = [];
  return {
    engine,
    violations,
    errors,
    client(clientOptions) {
      const client = new ConvexClient(engine.url, {
        webSocketConstructor: WebSocket as never,
        logger: false,
        ...clientOptions,
      });
      open.push(client);
      return client;
    },
    http: () => new ConvexHttpClient(engine.url, { logger: false }),
    token: issuer.token,
    async raw() {
      const client = await RawClient.connect(engine);
      open.push(client);
      return client;
    },
    async stop() {
      await Promise.all(open.map((client) => client.close()));
      await engine.stop();
      removeFolder(dataDir);
    },
  };
}

async function fillWithFixture(dataDir: string, fixture: string): Promise<void> {
  const hash = await hashOf(['engine/**/*', `test/fixtures/apps/${fixture}/**/*`, 'package-lock.json']);
  await fill(dataDir, fixture, hash, async (made) => {
    const engine = await startEngine({ dataDir: made, port: 0 });
    await engine.environment.set({ TEST_JWKS: makeIssuer().jwks });
    await push(engine, fixture);
    await engine.stop();
  });
}

async function push(engine: Engine, fixture: string): Promise<void> {
  const app = copyApp(fixture);
  const { code, stdout, stderr } = await convex(engine, app, ['deploy', '--typecheck', 'disable']);
  removeFolder(app);
  if (code !== 0) throw new Error(`The fixture app could not be deployed:\n${stdout}${stderr}`);
}

function makeIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key 1', alg: 'ES256', use: 'sig' };
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  return {
    jwks: `data:application/json;base64,${Buffer.from(JSON.stringify({ keys: [jwk] })).toString('base64')}`,
    token(name: string, expiresInS = 3600, { claims = {}, forged = false } = {}): string {
      const iat = Math.floor(Date.now() / 1000);
      const payload = {
        iss: 'https://issuer.test',
        aud: 'basic',
        sub: name,
        name,
        iat,
        exp: iat + expiresInS,
        jti: randomUUID(),
        ...claims,
      };
      const signed = `${part({ alg: 'ES256', typ: 'JWT', kid: 'key 1' })}.${part(payload)}`;
      const key = forged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : privateKey;
      return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
  };
}

/** The sync protocol by hand, for what no official client would do. */
class RawClient {
  readonly ws: WebSocket;
  readonly sessionId = randomUUID();
  readonly frames: Record<string, any>[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #waiters = new Set<() => void>();

  static async connect(engine: Engine): Promise<RawClient> {
    const client = new RawClient(new WebSocket(`${engine.url.replace('http', 'ws')}/api/1.49.0/sync`));
    await new Promise<void>((done, reject) => client.ws.once('open', done).once('error', reject));
    return client;
  }

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('error', () => {});
    ws.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Record<string, any>);
      for (const wake of this.#waiters) wake();
    });
    this.closed = new Promise((done) =>
      ws.once('close', (code, reason) => done({ code, reason: reason.toString() })),
    );
  }

  say(message: object | string): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  hello(more: object = {}): void {
    this.say({
      type: 'Connect',
      sessionId: this.sessionId,
      connectionCount: 0,
      lastCloseReason: 'InitialConnect',
      clientTs: Date.now(),
      ...more,
    });
  }

  add(queryId: number, udfPath: string, args: object, baseVersion = 0): void {
    const modifications = [{ type: 'Add', queryId, udfPath, args: [args] }];
    this.say({ type: 'ModifyQuerySet', baseVersion, newVersion: baseVersion + 1, modifications });
  }

  /** The first frame, already here or coming, that the test is looking for. */
  async frame(
    wanted: (frame: Record<string, any>) => boolean,
    timeoutMs = 5_000,
  ): Promise<Record<string, any>> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.frames.find(wanted);
      if (found) return found;
      if (Date.now() > deadline)
        throw new Error(`No such frame among ${JSON.stringify(this.frames).slice(0, 2_000)}`);
      await new Promise<void>((done) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiters.delete(wake);
          done();
        };
        const timer = setTimeout(wake, 200);
        this.#waiters.add(wake);
      });
    }
  }

  close(): void {
    this.ws.terminate();
  }
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It never came true that ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
