import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeOutbox, readUnsent, type SendResult, type Unsent } from './outbox';
import type { Store } from './store';

function memoryStore(): Store {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void (value === null ? values.delete(key) : values.set(key, value)),
  };
}

function setup(send: (message: Unsent) => Promise<SendResult>, store = memoryStore()) {
  let ids = 0;
  const make = () =>
    makeOutbox({ store, key: 'outbox', send, onChange: () => {}, newId: () => `id${ids++}`, now: () => 7 });
  return { make, store, outbox: make() };
}

describe('the outbox of the chat', () => {
  it('[M2] a message stays until the desk has confirmed it, and a reload sends it under the same id', async () => {
    const tried: string[] = [];
    let reachable = false;
    const { outbox, make } = setup(async ({ clientMessageId }) => {
      tried.push(clientMessageId);
      return reachable ? { sent: true } : { later: true };
    });
    outbox.add('Where is my order?');
    await outbox.flush();
    expect(outbox.list()).toEqual([{ clientMessageId: 'id0', text: 'Where is my order?', at: 7 }]);
    reachable = true;
    const afterReload = make();
    await afterReload.flush();
    expect(afterReload.list()).toEqual([]);
    expect(tried).toEqual(['id0', 'id0']);
  });

  it('[M2] a message keeps its files over a refusal and a reload', async () => {
    const file = { name: 'a.png', contentType: 'image/png', size: 9, isImage: true, path: 'http://x/a.png' };
    const files = [{ ...file, attachmentId: 'one' }];
    const sent: Unsent[] = [];
    const { outbox, make } = setup(async (message) => {
      sent.push(message);
      return sent.length === 1 ? { refused: 'no' } : { sent: true };
    });
    const message = outbox.add('', files);
    await outbox.flush();
    const afterReload = make();
    expect(afterReload.list()).toEqual([{ ...message, failure: 'no' }]);
    afterReload.retry(message.clientMessageId);
    await afterReload.flush();
    expect(sent).toEqual([message, message]);
    expect(readUnsent(JSON.stringify([{ ...message, files: [{ name: 1 }] }]))).toEqual([]);
  });

  it('a message whose files are no longer kept says so over a reload, and goes again without them', async () => {
    const file = { name: 'a.png', contentType: 'image/png', size: 9, isImage: true, path: 'http://x/a.png' };
    const sent: Unsent[] = [];
    const { outbox, make } = setup(async (message) => {
      sent.push(message);
      return message.files ? { refused: 'Gone.', filesGone: true } : { sent: true };
    });
    const { clientMessageId } = outbox.add('Look', [{ ...file, attachmentId: 'one' }]);
    await outbox.flush();
    const afterReload = make();
    expect(afterReload.list()).toMatchObject([{ failure: 'Gone.', filesGone: true }]);
    afterReload.retry(clientMessageId);
    await afterReload.flush();
    expect(sent.at(-1)).toEqual({ clientMessageId, text: 'Look', at: 7 });
    expect(afterReload.list()).toEqual([]);
  });

  it('messages go out one at a time and in order, also those written meanwhile', async () => {
    const log: string[] = [];
    const { outbox } = setup(async ({ text }) => {
      log.push(`start ${text}`);
      if (text === 'one') outbox.add('two');
      await new Promise((done) => setTimeout(done, 1));
      log.push(`end ${text}`);
      return { sent: true };
    });
    outbox.add('one');
    await Promise.all([outbox.flush(), outbox.flush()]);
    expect(log).toEqual(['start one', 'end one', 'start two', 'end two']);
  });

  it('a refused message is kept with its reason, lets the next one pass, and goes again on retry', async () => {
    let refuses = true;
    const { outbox } = setup(async ({ text }) =>
      refuses && text === 'long' ? { refused: 'Too long.' } : { sent: true },
    );
    outbox.add('long');
    outbox.add('short');
    await outbox.flush();
    expect(outbox.list()).toEqual([{ clientMessageId: 'id0', text: 'long', at: 7, failure: 'Too long.' }]);
    refuses = false;
    outbox.retry('id0');
    await outbox.flush();
    expect(outbox.list()).toEqual([]);
  });

  it('a send that throws does not jam the outbox', async () => {
    let fails = true;
    const { outbox } = setup(async () => {
      if (fails) throw new Error('lost');
      return { sent: true };
    });
    outbox.add('hello');
    await expect(outbox.flush()).rejects.toThrow('lost');
    fails = false;
    await outbox.flush();
    expect(outbox.list()).toEqual([]);
  });

  it('whatever fails and whenever the page reloads, each message reaches the desk once and in order', async () => {
    const step = fc.oneof(
      fc.constant('write' as const),
      fc.constant('reload' as const),
      fc.constant('lost' as const),
      fc.constant('lostAfter' as const),
      fc.constant('flush' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const desk: string[] = [];
        let network: 'up' | 'lost' | 'lostAfter' = 'up';
        const { make, store } = setup(async ({ clientMessageId }) => {
          if (network === 'lost') return { later: true };
          // The desk takes each id once (M2), whether or not its answer arrives.
          if (!desk.includes(clientMessageId)) desk.push(clientMessageId);
          return network === 'lostAfter' ? { later: true } : { sent: true };
        });
        let outbox = make();
        const written: string[] = [];
        for (const each of steps) {
          if (each === 'write') written.push(outbox.add('text').clientMessageId);
          else if (each === 'reload') outbox = make();
          else if (each === 'flush') network = 'up';
          else network = each;
          await outbox.flush();
        }
        network = 'up';
        await outbox.flush();
        expect(desk).toEqual(written);
        expect(store.get('outbox')).toBeNull();
      }),
    );
  });

  it('damaged storage reads as what is whole in it', () => {
    const whole = { clientMessageId: 'a', text: 'hi', at: 1 };
    expect(readUnsent('{')).toEqual([]);
    expect(readUnsent('{"a":1}')).toEqual([]);
    expect(
      readUnsent(JSON.stringify([whole, null, 3, { ...whole, text: 5 }, { ...whole, failure: 1 }])),
    ).toEqual([whole]);
  });
});
