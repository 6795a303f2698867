/**
 * Small programs over web streams. Each is source text of a function of `(log, settle)`: it runs in a realm and on Node's own
 * streams, and what it logs must be the same. `settle` lets everything that can happen happen; `log` takes what a person
 * could see. Errors are told by kind, because their sentences are nobody's standard.
 */
export const PRELUDE = `
const told = (value) =>
  value instanceof Error ? value.name
  : ArrayBuffer.isView(value) ? value.constructor.name + '[' + Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) + ']'
  : typeof value === 'object' && value !== null ? '{' + Object.keys(value).sort().map((key) => key + ': ' + told(value[key])).join(', ') + '}'
  : String(value);
/** Logs how a promise ends, when it does. */
const watch = (log, name, promise) => {
  promise.then((value) => log(name, 'fulfilled', value), (error) => log(name, 'rejected', error));
};
const attempt = (log, name, run) => {
  try {
    const result = run();
    if (result instanceof Promise) watch(log, name, result);
    else log(name, 'returned', result);
  } catch (error) {
    log(name, 'threw', error);
  }
};
`;

export const programs: Record<string, string> = {
  'a reader takes chunks in order, then the end': `async (log, settle) => {
    const stream = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } });
    log('locked', stream.locked);
    const reader = stream.getReader();
    log('locked', stream.locked, reader instanceof ReadableStreamDefaultReader);
    attempt(log, 'second reader', () => { stream.getReader(); });
    watch(log, 'closed', reader.closed);
    for (let i = 0; i < 4; i++) { watch(log, 'read', reader.read()); await settle(); }
    reader.releaseLock();
    attempt(log, 'read after release', () => reader.read());
    attempt(log, 'cancel after release', () => reader.cancel());
    await settle();
    log('locked', stream.locked);
  }`,
  'reads that wait are answered in order, and refused when the lock is released': `async (log, settle) => {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; } });
    const reader = stream.getReader();
    watch(log, 'first', reader.read());
    watch(log, 'second', reader.read());
    watch(log, 'closed', reader.closed);
    controller.enqueue(1);
    await settle();
    reader.releaseLock();
    await settle();
    controller.enqueue(2);
    const next = stream.getReader();
    watch(log, 'third', next.read());
    await settle();
  }`,
  'pull is asked while there is room, and again when its promise has ended': `async (log, settle) => {
    let wanted = 0;
    let done;
    const stream = new ReadableStream({
      pull(c) { log('pull', c.desiredSize, ++wanted); c.enqueue(wanted); return new Promise((resolve) => { done = resolve; }); },
      cancel(reason) { log('cancel', reason); },
    }, { highWaterMark: 3 });
    for (let i = 0; i < 4; i++) { await settle(); done?.(); }
    await settle();
    const reader = stream.getReader();
    watch(log, 'read', reader.read());
    await settle();
    done();
    await settle();
    watch(log, 'cancel', reader.cancel('enough'));
    await settle();
    watch(log, 'read', reader.read());
    await settle();
  }`,
  'sizes are those of the strategy, and bad ones are errors': `async (log, settle) => {
    let controller;
    new ReadableStream({ start(c) { controller = c; } }, new ByteLengthQueuingStrategy({ highWaterMark: 10 }));
    controller.enqueue(new Uint8Array(4));
    log('left', controller.desiredSize);
    new ReadableStream({ start(c) { controller = c; } }, new CountQueuingStrategy({ highWaterMark: 2 }));
    controller.enqueue({}); controller.enqueue({}); controller.enqueue({});
    log('left', controller.desiredSize);
    for (const highWaterMark of [-1, NaN, 'x', Infinity])
      attempt(log, 'mark ' + highWaterMark, () => { new ReadableStream({}, { highWaterMark }); });
    for (const size of [() => -1, () => NaN, () => { throw new RangeError('size'); }, 5])
      attempt(log, 'size', () => {
        const stream = new ReadableStream({ start(c) { attempt(log, 'enqueue', () => c.enqueue('x')); } }, { size });
        watch(log, 'closed', stream.getReader().closed);
      });
    await settle();
    attempt(log, 'writable', () => { new WritableStream({}, { highWaterMark: -1 }); });
    attempt(log, 'type', () => { new ReadableStream({ type: 'nothing' }); });
    attempt(log, 'writable type', () => { new WritableStream({ type: 'bytes' }); });
    attempt(log, 'pull', () => { new ReadableStream({ pull: 5 }); });
  }`,
  'errors of start, pull and cancel are those of the stream': `async (log, settle) => {
    attempt(log, 'start throws', () => { new ReadableStream({ start() { throw new RangeError('start'); } }); });
    for (const source of [
      { start: () => Promise.reject(new RangeError('start')) },
      { pull() { throw new RangeError('pull'); } },
      { pull: () => Promise.reject(new RangeError('pull')) },
      { start(c) { c.enqueue(1); c.error('plain'); attempt(log, 'enqueue', () => c.enqueue(2)); attempt(log, 'close', () => c.close()); log('size', c.desiredSize); } },
      { start(c) { c.close(); attempt(log, 'enqueue', () => c.enqueue(2)); attempt(log, 'close', () => c.close()); c.error('late'); log('size', c.desiredSize); } },
    ]) {
      const stream = new ReadableStream(source);
      const reader = stream.getReader();
      watch(log, 'closed', reader.closed);
      watch(log, 'read', reader.read());
      await settle();
      watch(log, 'cancel', reader.cancel('why'));
      await settle();
    }
    watch(log, 'cancel throws', new ReadableStream({ cancel() { throw new RangeError('cancel'); } }).cancel());
    await settle();
  }`,
  'byte streams fill the buffers readers bring': `async (log, settle) => {
    let controller;
    const stream = new ReadableStream({
      type: 'bytes',
      start(c) { controller = c; },
      pull(c) {
        const request = c.byobRequest;
        log('pull', request === null ? null : request.view.byteLength);
        if (request) { new Uint8Array(request.view.buffer, request.view.byteOffset)[0] = 7; request.respond(1); }
      },
    });
    const reader = stream.getReader({ mode: 'byob' });
    log('byob', reader instanceof ReadableStreamBYOBReader);
    const mine = new Uint8Array(4);
    watch(log, 'read', reader.read(mine));
    log('taken', mine.byteLength);
    await settle();
    controller.enqueue(new Uint8Array([1, 2, 3]));
    await settle();
    watch(log, 'rest', reader.read(new Uint16Array(1)));
    await settle();
    watch(log, 'empty', reader.read(new Uint8Array(0)));
    watch(log, 'at least', reader.read(new Uint8Array(3), { min: 3 }));
    await settle();
    controller.enqueue(new Uint8Array([4, 5, 6]));
    controller.close();
    watch(log, 'end', reader.read(new Uint8Array(2)));
    await settle();
    reader.releaseLock();
    attempt(log, 'not bytes', () => { new ReadableStream().getReader({ mode: 'byob' }); });
    const auto = new ReadableStream({ type: 'bytes', autoAllocateChunkSize: 2, pull(c) { new Uint8Array(c.byobRequest.view.buffer)[0] = 9; c.byobRequest.respond(1); } });
    watch(log, 'auto', auto.getReader().read());
    await settle();
  }`,
  'tee gives both branches everything, and cancels when both did': `async (log, settle) => {
    const chunks = [1, 2, 3];
    const make = () => new ReadableStream({
      pull(c) { const next = chunks.shift(); if (next === undefined) c.close(); else c.enqueue(next); },
      cancel(reason) { log('cancel', reason); },
    }, { highWaterMark: 0 });
    const [left, right] = make().tee();
    const [a, b] = [left.getReader(), right.getReader()];
    for (let i = 0; i < 4; i++) { watch(log, 'a', a.read()); await settle(); }
    for (let i = 0; i < 4; i++) { watch(log, 'b', b.read()); await settle(); }
    chunks.push(1, 2);
    const [one, two] = make().tee();
    watch(log, 'one', one.cancel('first'));
    await settle();
    const reader = two.getReader();
    watch(log, 'two', reader.read());
    await settle();
    watch(log, 'two cancel', reader.cancel('second'));
    await settle();
    const [x, y] = new ReadableStream({ pull() { throw new RangeError('pull'); } }).tee();
    watch(log, 'x', x.getReader().read());
    watch(log, 'y', y.getReader().read());
    await settle();
  }`,
  'a writer waits for room, and its chunks go one by one': `async (log, settle) => {
    const open = [];
    const stream = new WritableStream({
      start() { log('start'); },
      write(chunk) { log('write', chunk); return new Promise((resolve) => open.push(resolve)); },
      close() { log('close'); },
    }, { highWaterMark: 2 });
    const writer = stream.getWriter();
    log('size', writer.desiredSize);
    for (const chunk of ['a', 'b', 'c']) watch(log, 'written ' + chunk, writer.write(chunk));
    log('size', writer.desiredSize);
    watch(log, 'ready', writer.ready);
    watch(log, 'closed', writer.closed);
    await settle();
    for (let i = 0; i < 3; i++) { open.shift()(); await settle(); log('size', writer.desiredSize); }
    watch(log, 'close', writer.close());
    attempt(log, 'close again', () => writer.close());
    await settle();
    log('size', writer.desiredSize);
    writer.releaseLock();
    attempt(log, 'size after release', () => writer.desiredSize);
    attempt(log, 'write after release', () => writer.write('e'));
    await settle();
  }`,
  'a sink that fails, an abort and an error end a writable stream': `async (log, settle) => {
    for (const [sink, act] of [
      [{ write() { throw new RangeError('write'); } }, (w) => w.write(1)],
      [{ close: () => Promise.reject(new RangeError('close')) }, (w) => w.close()],
      [{ start: () => Promise.reject(new RangeError('start')) }, (w) => w.write(1)],
      [{ start(c) { c.error(new RangeError('controller')); } }, (w) => w.write(1)],
      [{ abort(reason) { log('aborted', reason); } }, (w) => w.abort('why')],
      [{ abort() { throw new RangeError('abort'); } }, (w) => w.abort('why')],
      [{ start(c) { c.signal.addEventListener('abort', () => log('signal', c.signal.reason)); }, write: () => new Promise(() => {}) }, (w) => { w.write(1).catch(() => {}); return w.abort('stop'); }],
    ]) {
      const stream = new WritableStream(sink);
      const writer = stream.getWriter();
      await settle();
      watch(log, 'act', act(writer));
      await settle();
      watch(log, 'ready', writer.ready);
      watch(log, 'closed', writer.closed);
      watch(log, 'later', writer.write(2));
      attempt(log, 'size', () => writer.desiredSize);
      await settle();
    }
  }`,
  'pipes end as their ends do': `async (log, settle) => {
    const source = (extra = {}) => new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); if (!extra.open) c.close(); if (extra.error) c.error(new RangeError('source')); }, cancel(reason) { log('cancel', reason); } });
    const sink = (extra = {}) => new WritableStream({ write(chunk) { log('write', chunk); if (extra.fails) throw new EvalError('sink'); }, close() { log('close'); }, abort(reason) { log('abort', reason); } });
    const aborted = new AbortController();
    aborted.abort(new RangeError('signal'));
    for (const [from, to, options] of [
      [source(), sink(), {}],
      [source(), sink(), { preventClose: true }],
      [source({ open: true, error: true }), sink(), {}],
      [source({ open: true, error: true }), sink(), { preventAbort: true }],
      [source({ open: true }), sink({ fails: true }), {}],
      [source({ open: true }), sink({ fails: true }), { preventCancel: true }],
      [source({ open: true }), sink(), { signal: aborted.signal }],
      [source({ open: true }), sink(), { signal: aborted.signal, preventAbort: true, preventCancel: true }],
    ]) {
      const piping = from.pipeTo(to, options);
      log('locked', from.locked, to.locked);
      watch(log, 'pipe', piping);
      await settle();
      log('locked', from.locked, to.locked);
      attempt(log, 'writer', () => watch(log, 'closed', to.getWriter().closed));
      await settle();
    }
    const locked = source();
    locked.getReader();
    watch(log, 'locked source', locked.pipeTo(sink()));
    const midway = new AbortController();
    watch(log, 'aborted midway', new ReadableStream({ pull(c) { c.enqueue('x'); } }).pipeTo(new WritableStream({ write() { midway.abort('now'); }, abort(reason) { log('abort', reason); } }), { signal: midway.signal }));
    await settle();
  }`,
  'transforms flush at the end, terminate early and pass failures both ways': `async (log, settle) => {
    const run = async (transformer, chunks = [1, 2]) => {
      const transform = new TransformStream(transformer);
      const from = new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(chunk); c.close(); }, cancel(reason) { log('cancel', reason); } });
      const reader = from.pipeThrough(transform).getReader();
      for (let i = 0; i < chunks.length + 2; i++) { watch(log, 'read', reader.read()); await settle(); }
      watch(log, 'closed', reader.closed);
      await settle();
    };
    await run({});
    await run({ start(c) { c.enqueue('head'); }, transform(chunk, c) { c.enqueue(chunk * 2); c.enqueue(c.desiredSize); }, flush(c) { c.enqueue('tail'); } });
    await run({ transform(chunk, c) { c.enqueue(chunk); c.terminate(); } });
    await run({ transform() { throw new RangeError('transform'); } });
    await run({ flush: () => Promise.reject(new RangeError('flush')) });
    await run({ transform(chunk, c) { c.error(new RangeError('controller')); } });
    attempt(log, 'start', () => { new TransformStream({ start() { throw new RangeError('start'); } }); });
    attempt(log, 'types', () => { new TransformStream({ readableType: 'bytes' }); });
    const { readable, writable } = new TransformStream({ cancel(reason) { log('transformer cancel', reason); } });
    const writer = writable.getWriter();
    log('size', writer.desiredSize);
    watch(log, 'write', writer.write('waits for a reader'));
    await settle();
    watch(log, 'cancel', readable.cancel('unread'));
    watch(log, 'closed', writer.closed);
    await settle();
  }`,
  'iteration reads to the end, and leaving it cancels unless told': `async (log, settle) => {
    const make = () => new ReadableStream({ start(c) { for (const n of [1, 2, 3]) c.enqueue(n); c.close(); }, cancel(reason) { log('cancel', reason); } }, { highWaterMark: 9 });
    const open = () => new ReadableStream({ start(c) { for (const n of [1, 2, 3]) c.enqueue(n); }, cancel(reason) { log('cancel', reason); } });
    for await (const n of make()) log('each', n);
    const left = open();
    for await (const n of left) { log('each', n); break; }
    log('locked', left.locked);
    watch(log, 'rest', left.getReader().read());
    const kept = open();
    for await (const n of kept.values({ preventCancel: true })) { log('each', n); break; }
    watch(log, 'rest', kept.getReader().read());
    try { for await (const n of open()) throw new RangeError('body'); } catch (error) { log('thrown', error); }
    try { for await (const n of new ReadableStream({ start(c) { c.error(new RangeError('stream')); } })) log('never'); } catch (error) { log('thrown', error); }
    const iterator = open().values();
    watch(log, 'next', iterator.next());
    watch(log, 'next', iterator.next());
    watch(log, 'return', iterator.return('value'));
    watch(log, 'after', iterator.next());
    await settle();
  }`,
  'a stream is made from anything that can be iterated': `async (log, settle) => {
    for await (const n of ReadableStream.from([1, Promise.resolve(2)])) log('each', n);
    const generator = async function* () { try { yield 'a'; yield 'b'; } finally { log('finally'); } };
    for await (const n of ReadableStream.from(generator())) { log('each', n); break; }
    for (const bad of [null, 5, {}, { [Symbol.iterator]: 5 }]) attempt(log, 'bad', () => { ReadableStream.from(bad); });
    watch(log, 'fails', ReadableStream.from((function* () { throw new RangeError('generator'); })()).getReader().read());
    await settle();
  }`,
  'text is encoded and decoded across chunks': `async (log, settle) => {
    const through = async (transform, chunks) => {
      const out = [];
      try { for await (const chunk of ReadableStream.from(chunks).pipeThrough(transform)) out.push(typeof chunk === 'string' ? chunk : '[' + Array.from(chunk) + ']'); } catch (error) { out.push(error); }
      for (const chunk of out) log('chunk', chunk);
    };
    const encoded = ['a', '', '\\ud83d', '\\ude00b', '\\ud83d', 'x', '\\ude00', 5, null, '\\ud83d'];
    await through(new TextEncoderStream(), encoded);
    const bytes = [[0x61, 0xe2], [0x82], [0xac, 0xf0, 0x9f], [], [0x98, 0x80], [0xff]].map((list) => new Uint8Array(list));
    await through(new TextDecoderStream(), bytes);
    await through(new TextDecoderStream('utf-8', { fatal: true }), bytes);
    await through(new TextDecoderStream('utf-8', { fatal: true }), [new Uint8Array([0xe2, 0x82])]);
    await through(new TextDecoderStream('utf-16le'), [new Uint8Array([0x61]), new Uint8Array([0x00, 0x62, 0x00])]);
    const pair = [0xd8, 0x3d, 0xde, 0x00, 0x00, 0x62];
    for (let at = 1; at < 6; at++)
      await through(new TextDecoderStream('utf-16be'), [new Uint8Array(pair.slice(0, at)), new Uint8Array(pair.slice(at))]);
    await through(new TextDecoderStream('utf-8', { ignoreBOM: true }), [new Uint8Array([0xef, 0xbb, 0xbf, 0x61])]);
    await through(new TextDecoderStream(), [new Uint8Array([0xef, 0xbb]), new Uint8Array([0xbf, 0x61]).buffer]);
    await through(new TextDecoderStream(), ['no bytes']);
    attempt(log, 'label', () => { new TextDecoderStream('nonsense'); });
    const decoder = new TextDecoderStream('latin1', { fatal: true });
    log('decoder', decoder.encoding, decoder.fatal, decoder.ignoreBOM, new TextEncoderStream().encoding);
    log('tags', String(decoder.readable), String(decoder.writable));
  }`,
};
