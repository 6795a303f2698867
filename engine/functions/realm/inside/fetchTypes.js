/** Headers, Request and Response: the classes, without a network behind them. */
(function (kit) {
  'use strict';
  const { define, tag, bytesOf, concat, bytesOfBlob } = kit;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();

  class Headers {
    #map = new Map();
    constructor(init) {
      if (init === undefined || init === null) return;
      const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
      for (const [name, value] of pairs) this.append(name, value);
    }
    append(name, value) {
      const key = headerName(name);
      const list = this.#map.get(key);
      if (list === undefined) this.#map.set(key, [headerValue(value)]);
      else list.push(headerValue(value));
    }
    delete(name) {
      this.#map.delete(headerName(name));
    }
    get(name) {
      return this.#map.get(headerName(name))?.join(', ') ?? null;
    }
    getSetCookie() {
      return [...(this.#map.get('set-cookie') ?? [])];
    }
    has(name) {
      return this.#map.has(headerName(name));
    }
    set(name, value) {
      this.#map.set(headerName(name), [headerValue(value)]);
    }
    forEach(callback, self) {
      for (const [name, value] of this) callback.call(self, value, name, this);
    }
    *entries() {
      for (const name of [...this.#map.keys()].sort()) {
        if (name === 'set-cookie') for (const value of this.#map.get(name)) yield [name, value];
        else yield [name, this.get(name)];
      }
    }
    *keys() {
      for (const [name] of this.entries()) yield name;
    }
    *values() {
      for (const [, value] of this.entries()) yield value;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  }
  tag(Headers, 'Headers');

  function headerName(name) {
    const text = String(name).toLowerCase();
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(text))
      throw new TypeError(`${name} is not a legal HTTP header name`);
    return text;
  }
  function headerValue(value) {
    const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
    if (/[\0\r\n]/.test(text)) throw new TypeError(`${text} is not a legal HTTP header value`);
    return text;
  }

  /** A body as `{ bytes | stream, type }`. */
  function readBody(body) {
    if (body === undefined || body === null) return { bytes: null, stream: null, type: null };
    if (body instanceof Blob)
      return { bytes: bytesOfBlob(body), stream: null, type: body.type === '' ? null : body.type };
    if (body instanceof URLSearchParams)
      return {
        bytes: encoder.encode(body.toString()),
        stream: null,
        type: 'application/x-www-form-urlencoded;charset=UTF-8',
      };
    if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer)
      return { bytes: bytesOf(body, 'The body').slice(), stream: null, type: null };
    if (body instanceof FormData) return multipart(body);
    // Last, because asking for streams loads them.
    if (typeof body === 'object' && body instanceof ReadableStream)
      return { bytes: null, stream: body, type: null };
    return { bytes: encoder.encode(String(body)), stream: null, type: 'text/plain;charset=UTF-8' };
  }

  function multipart(form) {
    const boundary = `----formdata-${crypto.randomUUID()}`;
    const chunks = [];
    for (const [name, value] of form) {
      const label = name.replace(/"/g, '%22').replace(/\r\n|\r|\n/g, '%0D%0A');
      const head =
        value instanceof File
          ? `; filename="${value.name.replace(/"/g, '%22')}"\r\nContent-Type: ${value.type || 'application/octet-stream'}`
          : '';
      chunks.push(
        encoder.encode(`--${boundary}\r\nContent-Disposition: form-data; name="${label}"${head}\r\n\r\n`),
      );
      chunks.push(value instanceof File ? bytesOfBlob(value) : encoder.encode(value), encoder.encode('\r\n'));
    }
    chunks.push(encoder.encode(`--${boundary}--\r\n`));
    return { bytes: concat(chunks), stream: null, type: `multipart/form-data; boundary=${boundary}` };
  }

  class Body {
    #bytes;
    #stream;
    #used = false;
    constructor({ bytes, stream }) {
      this.#bytes = bytes;
      this.#stream = stream;
    }
    get body() {
      if (this.#stream === null && this.#bytes !== null) this.#stream = new Blob([this.#bytes]).stream();
      return this.#stream;
    }
    get bodyUsed() {
      return this.#used || Boolean(this.#stream?.locked);
    }
    async bytes() {
      if (this.bodyUsed) throw new TypeError('Body has already been consumed.');
      this.#used = this.#bytes !== null || this.#stream !== null;
      if (this.#stream === null) return this.#bytes ?? new Uint8Array(0);
      const chunks = [];
      for await (const chunk of this.#stream)
        chunks.push(typeof chunk === 'string' ? encoder.encode(chunk) : bytesOf(chunk, 'A chunk'));
      return concat(chunks);
    }
    async arrayBuffer() {
      return (await this.bytes()).slice().buffer;
    }
    async text() {
      return decoder.decode(await this.bytes());
    }
    async json() {
      return JSON.parse(await this.text());
    }
    async blob() {
      return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' });
    }
    async formData() {
      const type = this.headers.get('content-type') ?? '';
      const form = new FormData();
      if (!type.startsWith('application/x-www-form-urlencoded'))
        throw new TypeError('Only URL-encoded forms can be read in queries and mutations');
      for (const [name, value] of new URLSearchParams(await this.text())) form.append(name, value);
      return form;
    }
    /** The parts of a second object with the same body. */
    duplicate() {
      if (this.bodyUsed) throw new TypeError('Body has already been consumed.');
      if (this.#stream === null || this.#bytes !== null) return this.#bytes;
      const [mine, other] = this.#stream.tee();
      this.#stream = mine;
      return other;
    }
  }

  class Request extends Body {
    constructor(input, init = {}) {
      const from = input instanceof Request ? input : null;
      const method = String(init.method ?? from?.method ?? 'GET');
      const upper = method.toUpperCase();
      if (init.body !== undefined && init.body !== null && (upper === 'GET' || upper === 'HEAD'))
        throw new TypeError('Request with GET/HEAD method cannot have body.');
      const parts = readBody(init.body ?? from?.duplicate());
      super(parts);
      this.method = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].includes(upper) ? upper : method;
      this.url = from === null ? new URL(String(input)).href : from.url;
      this.headers = new Headers(init.headers ?? from?.headers);
      this.signal = init.signal ?? from?.signal ?? new AbortController().signal;
      this.redirect = init.redirect ?? 'follow';
      if (parts.type !== null && !this.headers.has('content-type'))
        this.headers.set('content-type', parts.type);
    }
    clone() {
      return new Request(this);
    }
  }
  tag(Request, 'Request');

  class Response extends Body {
    constructor(body, init = {}) {
      const status = init.status === undefined ? 200 : Number(init.status);
      if (!Number.isInteger(status) || (status !== 101 && (status < 200 || status > 599)))
        throw new RangeError('The status provided is outside the range [200, 599].');
      const parts = readBody(body);
      if ([204, 205, 304].includes(status) && (parts.bytes !== null || parts.stream !== null))
        throw new TypeError('Response with null body status cannot have body');
      super(parts);
      this.status = status;
      this.statusText = String(init.statusText ?? '');
      this.headers = new Headers(init.headers);
      this.type = 'default';
      this.url = '';
      this.redirected = false;
      if (parts.type !== null && !this.headers.has('content-type'))
        this.headers.set('content-type', parts.type);
    }
    get ok() {
      return this.status >= 200 && this.status < 300;
    }
    clone() {
      return new Response(this.duplicate(), {
        status: this.status,
        statusText: this.statusText,
        headers: this.headers,
      });
    }
    static json(data, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'application/json');
      return new Response(JSON.stringify(data), { ...init, headers });
    }
    static redirect(url, status = 302) {
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError('Invalid status code');
      return new Response(null, { status, headers: { location: new URL(String(url)).href } });
    }
    static error() {
      const response = new Response(null);
      response.type = 'error';
      return response;
    }
  }
  tag(Response, 'Response');

  define('Headers', Headers);
  define('Request', Request);
  define('Response', Response);
});
