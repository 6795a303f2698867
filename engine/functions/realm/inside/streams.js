/**
 * ReadableStream, WritableStream, TransformStream: default readers and writers, in memory. Byte streams read as ordinary
 * ones; back-pressure is honoured through `pull` and `ready`.
 */
(function (kit) {
  'use strict';
  const { define, tag } = kit;
  const settle = () => {
    const made = Promise.withResolvers();
    made.promise.catch(() => {});
    return made;
  };

  class ReadableStream {
    #queue = [];
    #state = 'readable';
    #error;
    #source;
    #reader = null;
    #waiting = [];
    #pulling = false;
    #started;
    #closing = false;
    #limit;
    #controller;
    #closed = settle();
    constructor(source = {}, strategy = {}) {
      const stream = this;
      this.#source = source;
      this.#limit = strategy.highWaterMark ?? 1;
      this.#controller = {
        get desiredSize() {
          return stream.#state === 'errored'
            ? null
            : stream.#state === 'closed'
              ? 0
              : stream.#limit - stream.#queue.length;
        },
        enqueue: (chunk) => this.#enqueue(chunk),
        close: () => this.#close(),
        error: (error) => this.#fail(error),
        byobRequest: null,
      };
      this.#started = Promise.resolve(source.start?.(this.#controller)).then(
        () => this.#pull(),
        (error) => this.#fail(error),
      );
    }
    static from(iterable) {
      const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
      return new ReadableStream({
        async pull(controller) {
          const { value, done } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(await value);
        },
        cancel: (reason) => iterator.return?.(reason),
      });
    }
    get locked() {
      return this.#reader !== null;
    }
    #enqueue(chunk) {
      if (this.#state !== 'readable' || this.#closing)
        throw new TypeError('Invalid state: the stream is not readable');
      const next = this.#waiting.shift();
      if (next !== undefined) next.resolve({ value: chunk, done: false });
      else this.#queue.push(chunk);
    }
    #close() {
      if (this.#state !== 'readable' || this.#closing)
        throw new TypeError('Invalid state: the stream is not readable');
      this.#closing = true;
      if (this.#queue.length === 0) this.#finish();
    }
    #finish() {
      this.#state = 'closed';
      for (const next of this.#waiting.splice(0)) next.resolve({ value: undefined, done: true });
      this.#closed.resolve();
    }
    #fail(error) {
      if (this.#state !== 'readable') return;
      this.#state = 'errored';
      this.#error = error;
      this.#queue = [];
      for (const next of this.#waiting.splice(0)) next.reject(error);
      this.#closed.reject(error);
    }
    async #pull() {
      if (this.#pulling) return;
      this.#pulling = true;
      try {
        while (
          this.#state === 'readable' &&
          !this.#closing &&
          this.#source.pull &&
          (this.#waiting.length > 0 || this.#queue.length < this.#limit)
        ) {
          const before = this.#queue.length + this.#waiting.length;
          await this.#source.pull(this.#controller);
          if (this.#queue.length + this.#waiting.length === before && this.#waiting.length > 0) break;
        }
      } catch (error) {
        this.#fail(error);
      } finally {
        this.#pulling = false;
      }
    }
    async #read() {
      if (this.#queue.length > 0) {
        const value = this.#queue.shift();
        if (this.#closing && this.#queue.length === 0) this.#finish();
        else void this.#pull();
        return { value, done: false };
      }
      if (this.#state === 'closed') return { value: undefined, done: true };
      if (this.#state === 'errored') throw this.#error;
      const next = Promise.withResolvers();
      this.#waiting.push(next);
      void this.#started.then(() => this.#pull());
      return next.promise;
    }
    async cancel(reason) {
      if (this.#state === 'errored') throw this.#error;
      if (this.#state === 'closed') return;
      this.#queue = [];
      this.#finish();
      await this.#source.cancel?.(reason);
    }
    getReader() {
      if (this.locked) throw new TypeError('Invalid state: ReadableStream is locked');
      const stream = this;
      const reader = {
        get closed() {
          return stream.#closed.promise;
        },
        read: () => stream.#read(),
        cancel: (reason) => stream.cancel(reason),
        releaseLock: () => {
          if (stream.#reader === reader) stream.#reader = null;
        },
      };
      this.#reader = reader;
      return reader;
    }
    async *values({ preventCancel = false } = {}) {
      const reader = this.getReader();
      let ended = false;
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) {
            ended = true;
            return;
          }
          yield value;
        }
      } finally {
        if (!ended && !preventCancel) await reader.cancel();
        reader.releaseLock();
      }
    }
    [Symbol.asyncIterator](options) {
      return this.values(options);
    }
    tee() {
      const reader = this.getReader();
      const controllers = [];
      const pull = async () => {
        const { value, done } = await reader.read();
        for (const controller of controllers) {
          if (done) controller.close();
          else controller.enqueue(value);
        }
      };
      const branch = () =>
        new ReadableStream(
          { start: (controller) => void controllers.push(controller), pull },
          { highWaterMark: 0 },
        );
      return [branch(), branch()];
    }
    async pipeTo(destination, { preventClose = false, preventAbort = false } = {}) {
      const writer = destination.getWriter();
      try {
        for await (const chunk of this) {
          await writer.ready;
          await writer.write(chunk);
        }
        if (!preventClose) await writer.close();
      } catch (error) {
        if (!preventAbort) await writer.abort(error);
        throw error;
      } finally {
        writer.releaseLock();
      }
    }
    pipeThrough({ readable, writable }, options) {
      this.pipeTo(writable, options).catch(() => {});
      return readable;
    }
  }
  tag(ReadableStream, 'ReadableStream');

  class WritableStream {
    #sink;
    #writer = null;
    #tail;
    #error = null;
    #closed = settle();
    #state = 'writable';
    #controller = { error: (error) => this.#fail(error), signal: new AbortController().signal };
    constructor(sink = {}) {
      this.#sink = sink;
      this.#tail = Promise.resolve(sink.start?.(this.#controller));
    }
    get locked() {
      return this.#writer !== null;
    }
    #fail(error) {
      if (this.#state !== 'writable') return;
      this.#state = 'errored';
      this.#error = error;
      this.#closed.reject(error);
    }
    #then(step) {
      const result = this.#tail.then(() => {
        if (this.#state === 'errored') throw this.#error;
        return step();
      });
      this.#tail = result.catch((error) => this.#fail(error));
      return result;
    }
    async abort(reason) {
      this.#fail(reason);
      await this.#sink.abort?.(reason);
    }
    close() {
      return this.#then(async () => {
        await this.#sink.close?.(this.#controller);
        this.#state = 'closed';
        this.#closed.resolve();
      });
    }
    getWriter() {
      if (this.locked) throw new TypeError('Invalid state: WritableStream is locked');
      const stream = this;
      const writer = {
        get closed() {
          return stream.#closed.promise;
        },
        get ready() {
          return stream.#tail;
        },
        get desiredSize() {
          return stream.#state === 'writable' ? 1 : stream.#state === 'closed' ? 0 : null;
        },
        write: (chunk) => stream.#then(() => stream.#sink.write?.(chunk, stream.#controller)),
        close: () => stream.close(),
        abort: (reason) => stream.abort(reason),
        releaseLock: () => {
          if (stream.#writer === writer) stream.#writer = null;
        },
      };
      this.#writer = writer;
      return writer;
    }
  }
  tag(WritableStream, 'WritableStream');

  class TransformStream {
    constructor(transformer = {}) {
      let output;
      this.readable = new ReadableStream(
        { start: (controller) => void (output = controller) },
        { highWaterMark: 0 },
      );
      const controller = {
        enqueue: (chunk) => output.enqueue(chunk),
        error: (error) => output.error(error),
        terminate: () => output.close(),
        desiredSize: 1,
      };
      this.writable = new WritableStream({
        start: () => transformer.start?.(controller),
        write: (chunk) =>
          transformer.transform ? transformer.transform(chunk, controller) : output.enqueue(chunk),
        close: async () => {
          await transformer.flush?.(controller);
          output.close();
        },
        abort: (error) => output.error(error),
      });
    }
  }
  tag(TransformStream, 'TransformStream');

  class TextEncoderStream extends TransformStream {
    constructor() {
      const encoder = new TextEncoder();
      super({ transform: (chunk, controller) => controller.enqueue(encoder.encode(String(chunk))) });
    }
  }
  class TextDecoderStream extends TransformStream {
    constructor(label, options) {
      const decoder = new TextDecoder(label, options);
      super({
        transform: (chunk, controller) => controller.enqueue(decoder.decode(chunk, { stream: true })),
        flush: (controller) => {
          const rest = decoder.decode();
          if (rest !== '') controller.enqueue(rest);
        },
      });
    }
  }
  class CountQueuingStrategy {
    constructor({ highWaterMark }) {
      this.highWaterMark = highWaterMark;
    }
    size() {
      return 1;
    }
  }
  class ByteLengthQueuingStrategy extends CountQueuingStrategy {
    size(chunk) {
      return chunk.byteLength;
    }
  }

  for (const Class of [
    ReadableStream,
    WritableStream,
    TransformStream,
    TextEncoderStream,
    TextDecoderStream,
    CountQueuingStrategy,
    ByteLengthQueuingStrategy,
  ])
    define(Class.name, Class);
});
