/**
 * Web Crypto whose promises settle inside the realm: the work itself is the host's, synchronous.
 * Key material stays in the realm as text and is handed over with each use; the host keeps no keys.
 */
(function (kit) {
  'use strict';
  const { call, define, tag, bytesOf, fromLatin1, DOMException } = kit;
  let materialOf;

  class CryptoKey {
    #material;
    constructor(guard, { type, extractable, algorithm, usages, material }) {
      if (guard !== materialOf) throw new TypeError('Illegal constructor');
      this.#material = material;
      Object.defineProperties(this, {
        type: { value: type, enumerable: true },
        extractable: { value: extractable, enumerable: true },
        algorithm: { value: Object.freeze(algorithm), enumerable: true },
        usages: { value: Object.freeze([...usages]), enumerable: true },
      });
    }
    static {
      materialOf = (key) => key.#material;
    }
  }
  tag(CryptoKey, 'CryptoKey');

  const latin1 = (bytes) => {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  };

  /** An algorithm as JSON: names upper-cased, byte members as latin1 text under `$`. */
  function algorithmText(algorithm) {
    const given = typeof algorithm === 'string' ? { name: algorithm } : algorithm;
    const out = {};
    for (const name of [
      'name',
      'hash',
      'namedCurve',
      'length',
      'saltLength',
      'iterations',
      'tagLength',
      'salt',
      'info',
      'iv',
      'counter',
      'additionalData',
      'label',
    ]) {
      const value = given[name];
      if (value === undefined) continue;
      if (name === 'hash')
        out.hash = typeof value === 'string' ? value.toUpperCase() : String(value.name).toUpperCase();
      else if (typeof value === 'object' && value !== null) out[name] = { $: latin1(bytesOf(value, name)) };
      else out[name] = value;
    }
    out.name = String(out.name);
    if (given.public instanceof CryptoKey) out.public = JSON.parse(materialOf(given.public));
    return JSON.stringify(out);
  }

  function require_(key, usage, algorithm) {
    if (!(key instanceof CryptoKey)) throw new TypeError('The key must be a CryptoKey');
    if (!key.usages.includes(usage))
      throw new DOMException(`Unable to use this key to ${usage}`, 'InvalidAccessError');
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    if (String(name).toUpperCase() !== key.algorithm.name.toUpperCase())
      throw new DOMException('Key algorithm mismatch', 'InvalidAccessError');
    return key;
  }

  /** The request the host needs to use a key: the caller's algorithm over the key's own. */
  function use(key, algorithm) {
    return JSON.stringify({
      key: JSON.parse(materialOf(key)),
      keyAlgorithm: key.algorithm,
      algorithm: JSON.parse(algorithmText(algorithm)),
    });
  }

  const perform = (op, request, a, b) => {
    try {
      return call('crypto', op, request, a, b);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw error;
      throw new DOMException(error.message, error.name);
    }
  };
  const buffer = (text) => fromLatin1(text).buffer;

  const generate = () => {
    throw new Error(
      "Can't use crypto.subtle.generateKey in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
    );
  };

  class SubtleCrypto {
    async digest(algorithm, data) {
      return buffer(perform('digest', algorithmText(algorithm), bytesOf(data, 'The data')));
    }
    async importKey(format, keyData, algorithm, extractable, usages) {
      const data = format === 'jwk' ? undefined : bytesOf(keyData, 'The key data');
      const request = JSON.stringify({
        format: String(format),
        algorithm: JSON.parse(algorithmText(algorithm)),
        jwk: format === 'jwk' ? keyData : null,
      });
      const made = JSON.parse(perform('importKey', request, data));
      return new CryptoKey(materialOf, {
        type: made.type,
        algorithm: made.algorithm,
        material: JSON.stringify(made.material),
        extractable: Boolean(extractable),
        usages,
      });
    }
    async exportKey(format, key) {
      if (!key.extractable) throw new DOMException('key is not extractable', 'InvalidAccessError');
      const result = perform(
        'exportKey',
        JSON.stringify({
          format: String(format),
          key: JSON.parse(materialOf(key)),
          keyAlgorithm: key.algorithm,
        }),
      );
      return format === 'jwk'
        ? { ...JSON.parse(result), key_ops: [...key.usages], ext: key.extractable }
        : buffer(result);
    }
    async sign(algorithm, key, data) {
      return buffer(
        perform('sign', use(require_(key, 'sign', algorithm), algorithm), bytesOf(data, 'The data')),
      );
    }
    async verify(algorithm, key, signature, data) {
      return (
        perform(
          'verify',
          use(require_(key, 'verify', algorithm), algorithm),
          bytesOf(data, 'The data'),
          bytesOf(signature, 'The signature'),
        ) === '1'
      );
    }
    async encrypt(algorithm, key, data) {
      return buffer(
        perform('encrypt', use(require_(key, 'encrypt', algorithm), algorithm), bytesOf(data, 'The data')),
      );
    }
    async decrypt(algorithm, key, data) {
      return buffer(
        perform('decrypt', use(require_(key, 'decrypt', algorithm), algorithm), bytesOf(data, 'The data')),
      );
    }
    async deriveBits(algorithm, key, length) {
      return buffer(
        perform(
          'deriveBits',
          JSON.stringify({ ...JSON.parse(use(require_(key, 'deriveBits', algorithm), algorithm)), length }),
        ),
      );
    }
    async deriveKey(algorithm, key, derived, extractable, usages) {
      require_(key, 'deriveKey', algorithm);
      const name = String(derived.name ?? derived).toUpperCase();
      const length =
        derived.length ??
        (name === 'HMAC'
          ? /SHA-(384|512)/i.test(derived.hash?.name ?? derived.hash)
            ? 1024
            : 512
          : undefined);
      const bits = perform('deriveBits', JSON.stringify({ ...JSON.parse(use(key, algorithm)), length }));
      return this.importKey('raw', fromLatin1(bits), derived, extractable, usages);
    }
    async generateKey() {
      return generate();
    }
    async wrapKey(format, key, wrappingKey, algorithm) {
      const exported = await this.exportKey(format, key);
      const bytes = format === 'jwk' ? new TextEncoder().encode(JSON.stringify(exported)) : exported;
      return buffer(
        perform(
          'encrypt',
          use(require_(wrappingKey, 'wrapKey', algorithm), algorithm),
          bytesOf(bytes, 'The key'),
        ),
      );
    }
    async unwrapKey(format, wrapped, unwrappingKey, algorithm, keyAlgorithm, extractable, usages) {
      const bytes = buffer(
        perform(
          'decrypt',
          use(require_(unwrappingKey, 'unwrapKey', algorithm), algorithm),
          bytesOf(wrapped, 'The wrapped key'),
        ),
      );
      return this.importKey(
        format,
        format === 'jwk' ? JSON.parse(new TextDecoder().decode(bytes)) : bytes,
        keyAlgorithm,
        extractable,
        usages,
      );
    }
  }
  tag(SubtleCrypto, 'SubtleCrypto');

  class Crypto {
    #subtle = new SubtleCrypto();
    get subtle() {
      return this.#subtle;
    }
    getRandomValues(view) {
      if (
        !ArrayBuffer.isView(view) ||
        view instanceof DataView ||
        view instanceof Float32Array ||
        view instanceof Float64Array
      ) {
        throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
      }
      if (view.byteLength > 65536)
        throw new DOMException(`The requested length exceeds 65,536 bytes`, 'QuotaExceededError');
      call('random', bytesOf(view, 'The data'));
      return view;
    }
    randomUUID() {
      const bytes = this.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
  }
  tag(Crypto, 'Crypto');

  define('crypto', new Crypto());
  define('Crypto', Crypto);
  define('CryptoKey', CryptoKey);
  define('SubtleCrypto', SubtleCrypto);
});
