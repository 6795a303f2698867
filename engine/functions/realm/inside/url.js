/** URL and URLSearchParams: parsing is the host's, one call per change; everything else is here. */
(function (kit) {
  'use strict';
  const { call, define, tag } = kit;
  const FIELDS = [
    'href',
    'origin',
    'protocol',
    'username',
    'password',
    'host',
    'hostname',
    'port',
    'pathname',
    'search',
    'hash',
  ];
  const SETTABLE = new Set(FIELDS.filter((field) => field !== 'origin'));
  let attach;

  class URLSearchParams {
    #list = [];
    #changed = null;
    static {
      attach = (params, query, changed) => {
        params.#list = parseQuery(query);
        params.#changed = changed;
      };
    }
    constructor(init = '') {
      if (typeof init === 'object' && init !== null) {
        if (typeof init[Symbol.iterator] === 'function') {
          for (const pair of init) {
            const [name, value, ...more] = pair;
            if (value === undefined || more.length > 0)
              throw new TypeError('Each query pair must be an iterable [name, value] tuple');
            this.#list.push([String(name), String(value)]);
          }
        } else {
          for (const name of Object.keys(init)) this.#list.push([name, String(init[name])]);
        }
      } else {
        this.#list = parseQuery(String(init));
      }
    }
    #update() {
      this.#changed?.(this.toString());
    }
    get size() {
      return this.#list.length;
    }
    append(name, value) {
      this.#list.push([String(name), String(value)]);
      this.#update();
    }
    delete(name, value) {
      this.#list = this.#list.filter(
        ([n, v]) => n !== String(name) || (value !== undefined && v !== String(value)),
      );
      this.#update();
    }
    get(name) {
      return this.#list.find(([n]) => n === String(name))?.[1] ?? null;
    }
    getAll(name) {
      return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v);
    }
    has(name, value) {
      return this.#list.some(([n, v]) => n === String(name) && (value === undefined || v === String(value)));
    }
    set(name, value) {
      const at = this.#list.findIndex(([n]) => n === String(name));
      if (at < 0) return this.append(name, value);
      this.#list = this.#list.filter(([n], i) => i <= at || n !== String(name));
      this.#list[at] = [String(name), String(value)];
      this.#update();
    }
    sort() {
      this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#update();
    }
    forEach(callback, self) {
      for (const [name, value] of this.#list) callback.call(self, value, name, this);
    }
    *entries() {
      for (const [name, value] of this.#list) yield [name, value];
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
    toString() {
      return call('queryText', JSON.stringify(this.#list));
    }
  }
  tag(URLSearchParams, 'URLSearchParams');

  function parseQuery(text) {
    return JSON.parse(call('queryParse', text));
  }

  class URL {
    #parts;
    #params = null;
    constructor(url, base) {
      this.#parts = JSON.parse(call('urlParse', String(url), base === undefined ? undefined : String(base)));
    }
    static canParse(url, base) {
      return call('urlCanParse', String(url), base === undefined ? undefined : String(base));
    }
    static parse(url, base) {
      return URL.canParse(url, base) ? new URL(url, base) : null;
    }
    get searchParams() {
      if (this.#params === null) {
        this.#params = new URLSearchParams();
        attach(this.#params, this.#parts.search, (query) => this.#assign('search', query));
      }
      return this.#params;
    }
    #assign(field, value) {
      this.#parts = JSON.parse(call('urlSet', this.#parts.href, field, String(value)));
    }
    toString() {
      return this.#parts.href;
    }
    toJSON() {
      return this.#parts.href;
    }
    static {
      for (const field of FIELDS) {
        Object.defineProperty(URL.prototype, field, {
          enumerable: true,
          configurable: true,
          get() {
            return this.#parts[field];
          },
          set: SETTABLE.has(field)
            ? function (value) {
                this.#assign(field, value);
                if (this.#params !== null && (field === 'search' || field === 'href')) {
                  attach(this.#params, this.#parts.search, (query) => this.#assign('search', query));
                }
              }
            : undefined,
        });
      }
    }
  }
  tag(URL, 'URL');

  define('URL', URL);
  define('URLSearchParams', URLSearchParams);
});
