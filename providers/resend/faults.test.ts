/** Faults on demand, and what the log proves of them. */
import { describe, expect, it } from 'vitest';
import type { FaultKind } from './faults.ts';
import { mail, startForTest } from './testKit.ts';

const carriedOut: FaultKind[] = ['silentAfter', 'resetAfter', 'errorAfter', 'slow'];
const notCarriedOut: FaultKind[] = ['error', 'html', 'limited', 'silentBefore', 'resetBefore', 'resetAtOnce'];
const kinds = [...carriedOut, ...notCarriedOut];

/** A sender that keeps to the rules: the same key and bytes until there is an answer. */
async function sendUntilAnswered(send: () => Promise<{ data: { id: string } | null }>): Promise<string> {
  for (let tries = 0; tries < 10; tries++) {
    const { data } = await send();
    if (data) return data.id;
  }
  throw new Error('No answer in ten tries.');
}

describe('a fault', () => {
  it.each(kinds)('leaves one mail of a sender that repeats with its key: %s', async (kind) => {
    const { local, sdk } = await startForTest();
    local.fail({ kind, times: 1, ms: 10 });
    const send = () =>
      sdk.emails.send(mail, { idempotencyKey: 'msg/1', signal: AbortSignal.timeout(150) } as never);
    const id = await sendUntilAnswered(send);
    await local.settled();
    expect(local.log.accepted).toMatchObject([{ emailId: id, idempotencyKey: 'msg/1' }]);
    expect(local.mailbox(mail.to)).toHaveLength(1);
    const [first, second] = local.log.requests;
    expect(first?.fault).toBe(kind);
    expect(first?.emailId ?? null).toBe(carriedOut.includes(kind) ? id : null);
    if (kind !== 'slow') expect(second?.isReplay).toBe(carriedOut.includes(kind));
    if (kind !== 'resetAtOnce')
      expect(new Set(local.log.requests.map((each) => each.bodySha256)).size).toBe(1);
  });

  it('shows a sender that repeats without a key', async () => {
    const { local, sdk } = await startForTest();
    local.fail({ kind: 'resetAfter', times: 1 });
    await sendUntilAnswered(() => sdk.emails.send(mail));
    await local.settled();
    expect(local.log.acceptedFor(mail.to)).toHaveLength(2);
  });

  it('holds for its time, for what it names, and until it is ended', async () => {
    let now = Date.now();
    const { local, sdk } = await startForTest({ now: () => now });
    local.fail({ kind: 'error', afterMs: 1_000, forMs: 60_000 });
    const end = local.fail({ kind: 'html', method: 'GET', path: /^\/domains/ });
    const failed = async () => (await sdk.emails.send(mail)).error?.statusCode ?? null;
    expect(await failed()).toBeNull();
    now += 1_000;
    expect(await failed()).toBe(500);
    now += 60_000;
    expect(await failed()).toBeNull();
    expect((await sdk.domains.list()).error).toMatchObject({ statusCode: 502, name: 'application_error' });
    end();
    expect((await sdk.domains.list()).error).toBeNull();
  });

  it('is an outage where it is everywhere', async () => {
    const { local, sdk } = await startForTest();
    const end = local.fail({ kind: 'error', everywhere: true });
    const asked = [await sdk.emails.send(mail), await sdk.domains.list(), await sdk.emails.receiving.list()];
    expect(asked.map(({ error }) => error?.statusCode)).toEqual([500, 500, 500]);
    end();
    expect((await sdk.domains.list()).error).toBeNull();
  });

  it('says how long to wait where it is a limit', async () => {
    const { local, sdk } = await startForTest();
    local.fail({ kind: 'limited', retryAfter: 7, times: 1 });
    const { error, headers } = await sdk.emails.send(mail);
    expect([error?.name, headers?.['retry-after']]).toEqual(['rate_limit_exceeded', '7']);
  });

  it('the log keeps the order of acceptance', async () => {
    const { local, sdk } = await startForTest({ faults: [{ kind: 'resetBefore', share: 0.3 }], seed: 3 });
    for (let at = 0; at < 20; at++)
      await sendUntilAnswered(() =>
        sdk.emails.send({ ...mail, subject: `${at}` }, { idempotencyKey: `msg/${at}` }),
      );
    expect(local.log.accepted.map(({ body }) => body.subject)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${at}`),
    );
    expect(local.log.requests.filter(({ outcome }) => outcome === 'reset').length).toBeGreaterThan(0);
  });
});
