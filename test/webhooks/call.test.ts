/** Outgoing calls against servers on this machine that count who reaches them; names lead where the test says. */
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forbiddenAddresses, forbiddenUrls } from '../../convex/shared/webhooks/addresses.setup.ts';
import { type CallPolicy, callPolicy } from '../../convex/shared/webhooks/addresses.ts';
import { postTo, type Resolve } from '../../convex/webhooks/call.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let canary: Server;
let port: number;
let reached: string[];
let answer: Answer;

const strict = callPolicy({});
/** Whatever is stopped now is stopped for its address alone. */
const addressesOnly: CallPolicy = { ...strict, plainHttp: true, anyPort: true };
const open = callPolicy({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' });
const call = (url: string) => ({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
const leadsTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

beforeAll(async () => {
  canary = createServer((request, response) => {
    reached.push(`${request.method} ${request.headers.host}${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((done) => canary.listen(0, '0.0.0.0', done));
  ({ port } = canary.address() as AddressInfo);
});
afterAll(() => canary?.close());
beforeEach(() => {
  reached = [];
  answer = (_request, response) => response.end('thank you');
});

describe('who is reached', () => {
  it('[P3] the canary can be reached, and is, where a setting allows private networks', async () => {
    for (const url of [`http://127.0.0.1:${port}/a`, `http://2130706433:${port}/b`])
      expect(await postTo(call(url), open)).toMatchObject({ status: 200, answer: 'thank you' });
    expect(await postTo(call(`http://agent.local:${port}/c`), open, leadsTo('127.0.0.1'))).toMatchObject({
      status: 200,
    });
    expect(reached).toHaveLength(3);
  });

  it('[P3] none of more than 500 URLs reaches the canary, whatever their names lead to', async () => {
    const urls = forbiddenUrls(port).flatMap((url) => [url, url.replace(/^https:/, 'http:')]);
    expect(urls.length).toBeGreaterThan(500);
    for (const policy of [strict, addressesOnly]) {
      for (const url of urls.filter((each) => !each.includes('//api.example.com'))) {
        const { status, failure } = await postTo(call(url), policy, leadsTo('127.0.0.1'));
        expect(status, url).toBeNull();
        expect(failure, url).toBeTruthy();
      }
    }
    expect(reached).toEqual([]);
  });

  it('[P3] a name that leads to a forbidden address is not called, also when others of its addresses are public', async () => {
    for (const address of forbiddenAddresses) {
      for (const found of [[address], ['93.184.216.34', address]]) {
        const outcome = await postTo(
          call(`http://hooks.example.com:${port}/`),
          addressesOnly,
          leadsTo(...found),
        );
        expect(outcome.failure, address).toContain('The name leads to');
      }
    }
    expect(reached).toEqual([]);
  });

  it('[P3] a name is looked up once and the call goes there, wherever it leads a moment later', async () => {
    let asked = 0;
    // Where it leads later nobody answers.
    const rebinding: Resolve = async () => [
      { address: asked++ === 0 ? '127.0.0.1' : '192.0.2.1', family: 4 },
    ];
    const outcome = await postTo(call(`http://rebinds.local:${port}/`), open, rebinding);
    expect(outcome).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
    expect(reached).toEqual([`POST rebinds.local:${port}/`]);
  });

  it('[P3] a redirect is an answer like any other', async () => {
    answer = (_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/there` }).end();
    expect(await postTo(call(`http://127.0.0.1:${port}/here`), open)).toMatchObject({ status: 307 });
    expect(reached).toHaveLength(1);
  });
});

describe('what comes back', () => {
  const toCanary = () => postTo(call(`http://127.0.0.1:${port}/`), open);

  it('[P3] body and headers arrive as they were given', async () => {
    let got = '';
    answer = (request, response) => {
      request.on('data', (chunk: Buffer) => (got += chunk.toString()));
      request.on('end', () =>
        response.end(`${request.headers['content-type']} ${request.headers['content-length']}`),
      );
    };
    expect((await toCanary()).answer).toBe('application/json 7');
    expect(got).toBe('{"a":1}');
  });

  it('[P3] of an endless answer 64 KB are read and 2 KB kept', async () => {
    let sent = 0;
    answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_024))) sent += 1_024;
      };
      response.on('drain', more);
      more();
    };
    const { status, answer: kept } = await toCanary();
    expect(status).toBe(200);
    expect(kept).toBe('x'.repeat(2_048));
    // What the two ends hold on the way comes on top.
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('[P3] [E6] an answer that is no text, or breaks off in a character, is kept as text', async () => {
    answer = (_request, response) => response.end(Buffer.from([0x00, 0xff, 0xf0, 0x9f, 0x98]));
    expect((await toCanary()).answer.isWellFormed()).toBe(true);
    answer = (_request, response) => response.end(`${'x'.repeat(2_047)}😀`);
    expect((await toCanary()).answer).toBe('x'.repeat(2_047));
  });

  it('[P3] Retry-After is told', async () => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '120' }).end('slowly');
    expect(await toCanary()).toMatchObject({ status: 429, retryAfter: '120', answer: 'slowly' });
  });

  it('[P3] nobody there, and somebody who speaks something else, are failures in words', async () => {
    const other: TcpServer = createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH_9.9\r\n'));
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port: otherPort } = other.address() as AddressInfo;
    const outcome = await postTo(call(`http://127.0.0.1:${otherPort}/`), open);
    expect(outcome).toMatchObject({ status: null, failure: 'What answers there does not speak HTTP.' });
    await new Promise((done) => other.close(done));
    expect(await postTo(call(`http://127.0.0.1:${otherPort}/`), open)).toMatchObject({
      status: null,
      failure: 'Nobody listens there.',
    });
    const lost: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect((await postTo(call('https://gone.example.org/'), strict, lost)).failure).toBe(
      'There is no such name.',
    );
  });
});
