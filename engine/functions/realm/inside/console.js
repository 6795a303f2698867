/** `console`: every call becomes one line of the function's log, formatted here so that the host sees text only. */
(function (kit) {
  'use strict';
  const { host, define } = kit;
  const WIDTH = 72;
  const DEPTH = 4;
  const ITEMS = 100;

  function quote(text) {
    const mark = !text.includes("'")
      ? "'"
      : !text.includes('"')
        ? '"'
        : !text.includes('`') && !text.includes('${')
          ? '`'
          : "'";
    let out = '';
    for (const ch of text) {
      if (ch === mark || ch === '\\') out += '\\' + ch;
      else if (ch === '\n') out += '\\n';
      else if (ch === '\r') out += '\\r';
      else if (ch === '\t') out += '\\t';
      else if (ch < ' ') out += '\\x' + ch.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase();
      else out += ch;
    }
    return mark + out + mark;
  }

  const keyText = (key) =>
    typeof key === 'symbol' ? `[${String(key)}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);

  function functionText(fn) {
    const isClass = Function.prototype.toString.call(fn).startsWith('class');
    const name = typeof fn.name === 'string' && fn.name !== '' ? fn.name : null;
    return isClass
      ? `[class ${name ?? '(anonymous)'}]`
      : name === null
        ? '[Function (anonymous)]'
        : `[Function: ${name}]`;
  }

  function group(open, parts, close, indent) {
    if (parts.length === 0) return open + close;
    const inline = `${open} ${parts.join(', ')} ${close}`;
    if (inline.length + indent.length <= WIDTH && !inline.includes('\n')) return inline;
    const pad = indent + '  ';
    return `${open}\n${parts.map((part) => pad + part).join(',\n')}\n${indent}${close}`;
  }

  function constructorName(value) {
    for (let proto = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
      const own = Object.getOwnPropertyDescriptor(proto, 'constructor');
      if (own !== undefined && typeof own.value === 'function' && own.value.name !== '')
        return own.value.name;
    }
    return null;
  }

  const clip = (parts, total) => (total > ITEMS ? [...parts, `... ${total - ITEMS} more items`] : parts);

  function propertyTexts(value, inner) {
    return Reflect.ownKeys(value)
      .filter((key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable)
      .map((key) => {
        const own = Object.getOwnPropertyDescriptor(value, key);
        return `${keyText(key)}: ${own.get !== undefined ? (own.set ? '[Getter/Setter]' : '[Getter]') : own.set ? '[Setter]' : inner(own.value)}`;
      });
  }

  function errorText(value, depth, indent, inner) {
    const extra = propertyTexts(value, inner);
    if (extra.length === 0 && depth > 0) return `[${String(value)}]`;
    const hasStack = typeof value.stack === 'string' && value.stack !== '';
    const text = hasStack ? value.stack : `${value.name}: ${value.message}`;
    return extra.length === 0 ? text : `${text} ${group('{', extra, '}', indent)}`;
  }

  function bufferText(value) {
    const bytes = new Uint8Array(value);
    const shown = Array.from(bytes.subarray(0, 50), (b) => b.toString(16).padStart(2, '0')).join(' ');
    return `ArrayBuffer { [Uint8Contents]: <${shown}${bytes.length > 50 ? ` ... ${bytes.length - 50} more bytes` : ''}>, byteLength: ${bytes.length} }`;
  }

  /** What is shown whole, however deep it stands; null for everything else. */
  function leafText(value) {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    return null;
  }

  function arrayParts(value, inner) {
    return Array.from({ length: Math.min(value.length, ITEMS) }, (_, i) =>
      i in value ? inner(value[i]) : '<1 empty item>',
    );
  }

  /** How an object opens, what it shows and how it closes. */
  function layout(value, name, inner) {
    if (Array.isArray(value)) return ['[', clip(arrayParts(value, inner), value.length), ']'];
    if (value instanceof Map) {
      const parts = [...value].slice(0, ITEMS).map(([k, v]) => `${inner(k)} => ${inner(v)}`);
      return [`Map(${value.size}) {`, clip(parts, value.size), '}'];
    }
    if (value instanceof Set)
      return [`Set(${value.size}) {`, clip([...value].slice(0, ITEMS).map(inner), value.size), '}'];
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const parts = Array.from(value.subarray(0, ITEMS), (n) => inner(n));
      return [`${name}(${value.length}) [`, clip(parts, value.length), ']'];
    }
    const prefix = name === 'Object' ? '' : name === null ? '[Object: null prototype] ' : `${name} `;
    return [`${prefix}{`, propertyTexts(value, inner), '}'];
  }

  function objectText(value, depth, indent, seen) {
    const inner = (item) => inspect(item, depth + 1, `${indent}  `, seen);
    if (value instanceof Error) return errorText(value, depth, indent, inner);
    const leaf = leafText(value);
    if (leaf !== null) return leaf;
    const name = constructorName(value);
    if (depth > DEPTH) return Array.isArray(value) ? '[Array]' : `[${name ?? 'Object: null prototype'}]`;
    if (value instanceof ArrayBuffer) return bufferText(value);
    if (typeof value.toJSON === 'function' && value instanceof URL)
      return `URL { href: ${quote(value.href)} }`;
    const [open, parts, close] = layout(value, name, inner);
    return group(open, parts, close, indent);
  }

  function inspect(value, depth, indent, seen) {
    switch (typeof value) {
      case 'string':
        return quote(value);
      case 'bigint':
        return `${value}n`;
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'symbol':
        return String(value);
      case 'function':
        return functionText(value);
      case 'object': {
        if (value === null) return 'null';
        if (seen.includes(value)) return '[Circular]';
        seen.push(value);
        try {
          return objectText(value, depth, indent, seen);
        } finally {
          seen.pop();
        }
      }
    }
    return String(value);
  }

  /** One argument of a console call as text; never throws, whatever getters and proxies it meets. */
  function format(value) {
    try {
      return inspect(value, 0, '', []);
    } catch {
      return '[value could not be printed]';
    }
  }

  const emit = (level, values) => void host('log', level, JSON.stringify(values.map(format)));
  const timers = new Map();
  const counts = new Map();
  const label = (name) => (name === undefined ? 'default' : String(name));

  define('console', {
    log: (...values) => emit('LOG', values),
    info: (...values) => emit('INFO', values),
    warn: (...values) => emit('WARN', values),
    error: (...values) => emit('ERROR', values),
    debug: (...values) => emit('DEBUG', values),
    dir: (value) => emit('LOG', [value]),
    table: (...values) => emit('LOG', values),
    trace: (...values) => {
      const stack = new Error().stack.split('\n').slice(2).join('\n');
      host('log', 'LOG', JSON.stringify([...values.map(format), `\n${stack}`]));
    },
    assert: (ok, ...values) => void (ok || emit('ERROR', ['Assertion failed', ...values])),
    time: (name) => void timers.set(label(name), Date.now()),
    timeLog: (name, ...values) =>
      host(
        'log',
        'INFO',
        JSON.stringify([
          `${label(name)}: ${Date.now() - (timers.get(label(name)) ?? Date.now())}ms`,
          ...values.map(format),
        ]),
      ),
    timeEnd: (name) => {
      const started = timers.get(label(name));
      if (started === undefined) return emit('WARN', [`Timer '${label(name)}' does not exist`]);
      timers.delete(label(name));
      host('log', 'INFO', JSON.stringify([`${label(name)}: ${Date.now() - started}ms`]));
    },
    count: (name) => {
      const n = (counts.get(label(name)) ?? 0) + 1;
      counts.set(label(name), n);
      host('log', 'LOG', JSON.stringify([`${label(name)}: ${n}`]));
    },
    countReset: (name) => void counts.delete(label(name)),
    group: (...values) => void (values.length > 0 && emit('LOG', values)),
    groupCollapsed: (...values) => void (values.length > 0 && emit('LOG', values)),
    groupEnd: () => {},
    clear: () => {},
  });

  return { __proto__: null, format };
});
