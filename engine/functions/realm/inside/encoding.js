/** TextEncoder, TextDecoder, atob, btoa: conversions are the host's, the objects are the realm's. */
(function (kit) {
  'use strict';
  const { call, define, tag, bytesOf } = kit;

  class TextEncoder {
    get encoding() {
      return 'utf-8';
    }
    encode(input = '') {
      const text = String(input);
      const buffer = new Uint8Array(text.length * 3);
      return buffer.slice(0, call('utf8', text, buffer));
    }
    encodeInto(input, target) {
      const text = String(input);
      const [read, written] = call('utf8Into', text, bytesOf(target, 'The target')).split(',');
      return { read: Number(read), written: Number(written) };
    }
  }
  tag(TextEncoder, 'TextEncoder');

  /** Where characters begin is not to be seen from their end: a stream of these is decoded when it is complete. */
  const LEGACY = new Set(['gbk', 'gb18030', 'big5', 'euc-jp', 'iso-2022-jp', 'shift_jis', 'euc-kr']);

  /** How many bytes at the end of `bytes` begin a character that is not complete yet. */
  function incompleteTail(encoding, bytes) {
    if (encoding === 'utf-8') return incompleteUtf8(bytes);
    if (encoding.startsWith('utf-16')) return incompleteUtf16(bytes, encoding === 'utf-16le' ? 1 : 0);
    return LEGACY.has(encoding) ? bytes.length : 0;
  }

  function incompleteUtf8(bytes) {
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back];
      if ((byte & 0xc0) === 0x80) continue;
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return needed > back ? back : 0;
    }
    return 0;
  }

  /** An odd byte, and before it the first half of a pair. */
  function incompleteUtf16(bytes, highByteAt) {
    const odd = bytes.length % 2;
    const last = bytes[bytes.length - odd - 2 + highByteAt] ?? 0;
    return last >= 0xd8 && last <= 0xdb ? odd + 2 : odd;
  }

  class TextDecoder {
    #encoding;
    #fatal;
    #ignoreBOM;
    #rest = new Uint8Array(0);
    #started = false;
    constructor(label = 'utf-8', options = {}) {
      this.#encoding = call('decoderLabel', String(label));
      this.#fatal = Boolean(options.fatal);
      this.#ignoreBOM = Boolean(options.ignoreBOM);
    }
    get encoding() {
      return this.#encoding;
    }
    get fatal() {
      return this.#fatal;
    }
    get ignoreBOM() {
      return this.#ignoreBOM;
    }
    decode(input = new Uint8Array(0), options = {}) {
      let bytes = bytesOf(input, 'The input');
      if (this.#rest.length > 0) {
        const joined = new Uint8Array(this.#rest.length + bytes.length);
        joined.set(this.#rest);
        joined.set(bytes, this.#rest.length);
        bytes = joined;
      }
      const tail = options.stream ? incompleteTail(this.#encoding, bytes) : 0;
      this.#rest = bytes.slice(bytes.length - tail);
      // Only the very first bytes of a stream can be a byte order mark.
      const keepMark = this.#ignoreBOM || this.#started;
      const whole = bytes.subarray(0, bytes.length - tail);
      this.#started = Boolean(options.stream) && (this.#started || whole.length > 0);
      return call('decode', this.#encoding, whole, this.#fatal, keepMark);
    }
  }
  tag(TextDecoder, 'TextDecoder');

  define('TextEncoder', TextEncoder);
  define('TextDecoder', TextDecoder);
  define('btoa', { btoa: (data) => call('btoa', String(data)) }.btoa);
  define('atob', { atob: (data) => call('atob', String(data)) }.atob);
});
