/**
 * The encoding of documents in snapshots, as the current Convex writes it ("uniform"): readable, and exact.
 *
 *   int64 12   float64 12.0, -0.0   NaN and infinities {"$float": …}   bytes {"$bytes": …}   everything else itself
 *
 * Both ways work on JSON text: a number's spelling says which kind it is, and JSON.parse would not.
 */
const INT64 = String.raw`\{"\$integer":"([^"]*)"\}`;
const FLOAT = String.raw`\{"\$float":"([^"]*)"\}`;
const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const NUMBER = String.raw`-?\d[\d.eE+-]*`;
/** Strings are tokens, so nothing inside them is taken for anything else. */
const STORED = new RegExp(`${INT64}|${FLOAT}|${STRING}|(${NUMBER})`, 'g');
const EXPORTED = new RegExp(`${STRING}|(${NUMBER})`, 'g');
const IS_FLOAT = /[.eE]/;
const NEGATIVE_ZERO = '{"$float":"AAAAAAAAAIA="}';
const [MIN, MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** From the text of stored Convex JSON (no white space). */
export function toExportText(stored: string): string {
  return stored.replace(STORED, (token: string, int64?: string, float?: string, number?: string) => {
    if (int64 !== undefined) return Buffer.from(int64, 'base64').readBigInt64LE().toString();
    if (float !== undefined) return token === NEGATIVE_ZERO ? '-0.0' : token;
    return number === undefined || IS_FLOAT.test(number) ? token : `${number}.0`;
  });
}

/** To the text of Convex JSON. */
export function fromExportText(exported: string): string {
  return exported.replace(EXPORTED, (token: string, number?: string) => {
    if (number === undefined) return token;
    if (IS_FLOAT.test(number)) return Object.is(Number(number), -0) ? NEGATIVE_ZERO : token;
    const value = BigInt(number);
    if (value < MIN || value > MAX) return token;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return `{"$integer":"${bytes.toString('base64')}"}`;
  });
}
