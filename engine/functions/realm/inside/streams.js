/**
 * ReadableStream, WritableStream, TransformStream and their kin: `web-streams-polyfill`, the standard's own reference in
 * code, evaluated in this realm. Most functions never ask for a stream, so it is loaded by the first mention of one.
 * Text streams are not in it and stand here.
 */
(function (kit, library) {
  'use strict';
  const { tag } = kit;
  const { defineProperty } = Object;

  function load() {
    const streams = {};
    library(streams, {});
    const { TransformStream } = streams;
    const encoder = new TextEncoder();

    class TextEncoderStream {
      #transform;
      constructor() {
        // A character outside the basic plane may be cut in two by the chunks.
        let high = '';
        this.#transform = new TransformStream({
          transform(chunk, controller) {
            const text = high + chunk;
            high = /[\ud800-\udbff]$/.test(text) ? text.at(-1) : '';
            const whole = high === '' ? text : text.slice(0, -1);
            if (whole !== '') controller.enqueue(encoder.encode(whole));
          },
          flush(controller) {
            if (high !== '') controller.enqueue(encoder.encode(high));
          },
        });
      }
      get encoding() {
        return 'utf-8';
      }
      get readable() {
        return this.#transform.readable;
      }
      get writable() {
        return this.#transform.writable;
      }
    }

    class TextDecoderStream {
      #decoder;
      #transform;
      constructor(label, options) {
        const decoder = new TextDecoder(label, options);
        const pass = (text, controller) => {
          if (text !== '') controller.enqueue(text);
        };
        this.#decoder = decoder;
        this.#transform = new TransformStream({
          transform: (chunk, controller) => pass(decoder.decode(chunk, { stream: true }), controller),
          flush: (controller) => pass(decoder.decode(), controller),
        });
      }
      get encoding() {
        return this.#decoder.encoding;
      }
      get fatal() {
        return this.#decoder.fatal;
      }
      get ignoreBOM() {
        return this.#decoder.ignoreBOM;
      }
      get readable() {
        return this.#transform.readable;
      }
      get writable() {
        return this.#transform.writable;
      }
    }

    for (const Class of [TextEncoderStream, TextDecoderStream]) {
      tag(Class, Class.name);
      streams[Class.name] = Class;
    }
    return streams;
  }

  let loaded = null;
  for (const name of [
    'ByteLengthQueuingStrategy',
    'CountQueuingStrategy',
    'ReadableByteStreamController',
    'ReadableStream',
    'ReadableStreamBYOBReader',
    'ReadableStreamBYOBRequest',
    'ReadableStreamDefaultController',
    'ReadableStreamDefaultReader',
    'TextDecoderStream',
    'TextEncoderStream',
    'TransformStream',
    'TransformStreamDefaultController',
    'WritableStream',
    'WritableStreamDefaultController',
    'WritableStreamDefaultWriter',
  ]) {
    const settle = (value) => {
      defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
      return value;
    };
    defineProperty(globalThis, name, {
      get: () => settle((loaded ??= load())[name]),
      set: settle,
      configurable: true,
      enumerable: false,
    });
  }
});
