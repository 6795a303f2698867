/** Blob, File and FormData over bytes in memory. */
(function (kit) {
  'use strict';
  const { define, tag, bytesOf } = kit;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let bytesOfBlob;

  function concat(chunks) {
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  class Blob {
    #bytes;
    #type;
    constructor(parts = [], options = {}) {
      this.#bytes = concat(
        Array.from(parts, (part) => {
          if (part instanceof Blob) return part.#bytes;
          if (
            typeof part === 'object' &&
            part !== null &&
            (ArrayBuffer.isView(part) || part instanceof ArrayBuffer)
          )
            return bytesOf(part, 'A part').slice();
          return encoder.encode(String(part));
        }),
      );
      const type = String(options.type ?? '');
      this.#type = /^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : '';
    }
    get size() {
      return this.#bytes.length;
    }
    get type() {
      return this.#type;
    }
    async arrayBuffer() {
      return this.#bytes.slice().buffer;
    }
    async bytes() {
      return this.#bytes.slice();
    }
    async text() {
      return decoder.decode(this.#bytes);
    }
    slice(start = 0, end = this.#bytes.length, type = '') {
      return new Blob([this.#bytes.slice(start, end)], { type });
    }
    stream() {
      const bytes = this.#bytes;
      return new ReadableStream({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes.slice());
          controller.close();
        },
      });
    }
    static {
      bytesOfBlob = (blob) => blob.#bytes;
    }
  }
  tag(Blob, 'Blob');

  class File extends Blob {
    constructor(parts, name, options = {}) {
      super(parts, options);
      this.name = String(name);
      this.lastModified = options.lastModified ?? Date.now();
    }
  }
  tag(File, 'File');

  class FormData {
    #list = [];
    append(name, value, filename) {
      this.#list.push([String(name), entry(value, filename)]);
    }
    delete(name) {
      this.#list = this.#list.filter(([n]) => n !== String(name));
    }
    get(name) {
      return this.#list.find(([n]) => n === String(name))?.[1] ?? null;
    }
    getAll(name) {
      return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v);
    }
    has(name) {
      return this.#list.some(([n]) => n === String(name));
    }
    set(name, value, filename) {
      const at = this.#list.findIndex(([n]) => n === String(name));
      if (at < 0) return this.append(name, value, filename);
      this.#list = this.#list.filter(([n], i) => i <= at || n !== String(name));
      this.#list[at] = [String(name), entry(value, filename)];
    }
    forEach(callback, self) {
      for (const [name, value] of this.#list) callback.call(self, value, name, this);
    }
    *entries() {
      yield* this.#list;
    }
    *keys() {
      for (const [name] of this.#list) yield name;
    }
    *values() {
      for (const [, value] of this.#list) yield value;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  }
  tag(FormData, 'FormData');

  function entry(value, filename) {
    if (!(value instanceof Blob)) return String(value);
    if (value instanceof File && filename === undefined) return value;
    return new File([value], filename ?? 'blob', { type: value.type });
  }

  define('Blob', Blob);
  define('File', File);
  define('FormData', FormData);
  kit.concat = concat;
  kit.bytesOfBlob = (blob) => bytesOfBlob(blob);
});
