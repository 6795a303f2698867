/** A push service and a browser behind it: takes what the desk pushes, checks who pushes, and opens it with Node's crypto. */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../engine/harness.ts';

type Lines = { title: string; body?: string; tag: string; path: string }[];

interface Push {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const url64 = (bytes: Buffer) => bytes.toString('base64url');

export class PushBrowser {
  readonly endpoint: string;
  readonly #keys = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#keys.generateKeys();
  }

  get subscription() {
    return { endpoint: this.endpoint, p256dh: url64(this.#keys.getPublicKey()), auth: url64(this.#auth) };
  }

  /** RFC 8291, from the other side. */
  open(body: Buffer): Lines {
    const [salt, length] = [body.subarray(0, 16), body.readUInt8(20)];
    const theirs = body.subarray(21, 21 + length);
    const sealed = body.subarray(21 + length);
    const shared = this.#keys.computeSecret(theirs);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), theirs]);
    const secret = Buffer.from(hkdfSync('sha256', shared, this.#auth, info, 32));
    const derive = (name: string, bytes: number) =>
      Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, bytes));
    const opened = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    opened.setAuthTag(sealed.subarray(-16));
    const record = Buffer.concat([opened.update(sealed.subarray(0, -16)), opened.final()]);
    if (record.at(-1) !== 2) throw new Error('This is not the last record.');
    return JSON.parse(record.subarray(0, -1).toString()) as Lines;
  }
}

export interface PushService {
  /** For PUSH_STAND_IN. */
  origin: string;
  pushes: Push[];
  /** By path, where it is not 201. */
  answers: Map<string, number>;
  browser(path: string): PushBrowser;
  /** What a browser was told, in order. */
  told(browser: PushBrowser): Lines[];
  next(browser: PushBrowser, count?: number): Promise<Lines>;
  close(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url!;
      service.pushes.push({ path, headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(service.answers.get(path) ?? 201).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const service: PushService = {
    origin,
    pushes: [],
    answers: new Map(),
    browser: (path) => new PushBrowser(`${origin}${path}`),
    told: (browser) =>
      service.pushes
        .filter(({ path }) => browser.endpoint.endsWith(path))
        .map(({ body }) => browser.open(body)),
    next: async (browser, count = 1) => {
      await until(() => service.told(browser).length >= count, `${count} pushes`);
      return service.told(browser)[count - 1]!;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return service;
}

/** RFC 8292: what the token claims, signed by the key it names. Throws where it is not. */
export function checkedToken({ headers }: Push): { claims: Record<string, unknown>; key: string } {
  const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  const [head, claims, signature] = token!.split('.');
  const point = Buffer.from(key!, 'base64url');
  const [x, y] = [url64(point.subarray(1, 33)), url64(point.subarray(33))];
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const isRight = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature!, 'base64url'),
  );
  if (!isRight) throw new Error('The token is signed by another key.');
  return {
    claims: JSON.parse(Buffer.from(claims!, 'base64url').toString()) as Record<string, unknown>,
    key: key!,
  };
}
