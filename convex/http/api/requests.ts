/** Reading requests at the edge (docs/rules.md E2): size, type, JSON, schema; each fault a clear 4xx. */
import type { z } from 'zod';
import { maxBodyBytes } from '../../shared/kit/limits';
import { shortened } from '../../shared/kit/text';
import { Problem } from './problems';

/** Of what somebody sent, a fault repeats no more, in characters. */
const mostSaid = 200;

/** The body as text, checked for size and type. */
export async function readBody(request: Request, most = maxBodyBytes): Promise<string> {
  const declared = Number(request.headers.get('Content-Length') ?? '0');
  if (declared > most) throw tooLarge(most);
  const type = (request.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send JSON with the header Content-Type: application/json.');
  }
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > most) throw tooLarge(most);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('MALFORMED_JSON', 'The body is not UTF-8.');
  }
}

function tooLarge(most: number) {
  return new Problem('BODY_TOO_LARGE', `A request body has at most ${most} bytes.`);
}

export function parseJson<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Problem('MALFORMED_JSON', 'The body is not JSON.');
  }
  return parse(schema, json);
}

export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  const half = parsed.success ? findHalf(parsed.data) : null;
  if (parsed.success && half === null) return parsed.data;
  const faults =
    half === null
      ? parsed.error!.issues.slice(0, 20).map(({ path, message }) => ({
          at: shortened(`/${path.map(String).join('/')}`, mostSaid),
          message: shortened(message, mostSaid),
        }))
      : [{ at: half, message: 'must not have half a character (a lone surrogate)' }];
  const first = faults[0];
  throw new Problem('INVALID_INPUT', `${first?.at ?? '/'}: ${first?.message ?? 'not valid'}`, { faults });
}

/** Where half a surrogate pair stands, which no text can hold; null when there is none. As deep as a schema allows. */
function findHalf(value: unknown, at = ''): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : at || '/';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, each] of Object.entries(value)) {
    const found = key.isWellFormed() ? findHalf(each, `${at}/${key}`) : `${at}/`;
    if (found !== null) return found;
  }
  return null;
}
