/**
 * The sync protocol's words: parsing what clients send, and the small frames the server sends (§1.1–1.3).
 *
 * Promises: `parseClientMessage` returns a message whose every field has the declared type or throws `ProtocolError`;
 * unknown fields are ignored, unknown types and wrong field types are misuse. Timestamps travel as base64 of 8
 * little-endian bytes.
 */
import { excessOfText, MAX_JSON_DEPTH, nestsDeeperThan } from '../values/shape.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';

/** Deterministic misuse of the protocol: answered with FatalError, then the socket is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export interface AddQuery {
  type: 'Add';
  queryId: number;
  udfPath: string;
  args: JsonValue;
  journal: string | null;
  componentPath: string | null;
}

export interface CallMessage {
  type: 'Mutation' | 'Action';
  requestId: number;
  udfPath: string;
  args: JsonValue;
  componentPath: string | null;
}

export type AuthenticateMessage = { type: 'Authenticate'; baseVersion: number } & (
  | { tokenType: 'User'; value: string }
  | { tokenType: 'Admin'; value: string; actingAs: JsonObject | null }
  | { tokenType: 'None' }
);

export interface ModifyQuerySet {
  type: 'ModifyQuerySet';
  baseVersion: number;
  newVersion: number;
  modifications: (AddQuery | { type: 'Remove'; queryId: number })[];
}

export type ClientMessage =
  | { type: 'Connect'; sessionId: string; maxObservedTs: bigint; clientTs: number | null }
  | AuthenticateMessage
  | ModifyQuerySet
  | CallMessage
  | { type: 'Event' };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const U32 = 2 ** 32;

/** A thousand sessions go from one instant to the next in a row. */
const recent = { older: { ts: -1n, text: '' }, newer: { ts: -1n, text: '' } };

export function encodeTs(ts: bigint): string {
  if (ts === recent.newer.ts) return recent.newer.text;
  if (ts === recent.older.ts) return recent.older.text;
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(ts);
  recent.older = recent.newer;
  recent.newer = { ts, text: bytes.toString('base64') };
  return recent.newer.text;
}

export function decodeTs(text: string): bigint {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 8 || bytes.toString('base64') !== text) throw invalid('a timestamp', text);
  const ts = bytes.readBigUInt64LE();
  if (ts >= 2n ** 63n) throw invalid('a timestamp below 2^63', text);
  return ts;
}

export function parseClientMessage(text: string, mostParts: number): ClientMessage {
  const excess = excessOfText(text, mostParts);
  if (excess !== null) throw new ProtocolError('WSMessageInvalid', `${excess}.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProtocolError('WSMessageInvalidJson', 'The message is not JSON.');
  }
  const message = record(json, 'a message');
  switch (message.type) {
    case 'Connect':
      return connect(message);
    case 'Authenticate':
      return authenticate(message);
    case 'ModifyQuerySet':
      return {
        type: 'ModifyQuerySet',
        baseVersion: u32(message.baseVersion, 'baseVersion'),
        newVersion: u32(message.newVersion, 'newVersion'),
        modifications: list(message.modifications, 'modifications').map(modification),
      };
    case 'Mutation':
    case 'Action':
      return { type: message.type, requestId: u32(message.requestId, 'requestId'), ...call(message) };
    case 'Event':
      return { type: 'Event' };
    default:
      throw invalid('a known message type', message.type);
  }
}

function connect(message: JsonObject): ClientMessage {
  const sessionId = string(message.sessionId, 'sessionId');
  if (!UUID.test(sessionId)) throw invalid('sessionId to be a UUID', sessionId);
  u32(message.connectionCount, 'connectionCount');
  optionalString(message.lastCloseReason, 'lastCloseReason');
  const observed = optionalString(message.maxObservedTimestamp, 'maxObservedTimestamp');
  const { clientTs } = message;
  return {
    type: 'Connect',
    sessionId: sessionId.toLowerCase(),
    maxObservedTs: observed === null ? 0n : decodeTs(observed),
    clientTs: typeof clientTs === 'number' && Number.isFinite(clientTs) ? clientTs : null,
  };
}

function authenticate(message: JsonObject): AuthenticateMessage {
  const baseVersion = u32(message.baseVersion, 'baseVersion');
  switch (message.tokenType) {
    case 'None':
      return { type: 'Authenticate', baseVersion, tokenType: 'None' };
    case 'User':
      return { type: 'Authenticate', baseVersion, tokenType: 'User', value: string(message.value, 'value') };
    case 'Admin': {
      const attributes = message.impersonating ?? message.actingAs ?? null;
      const actingAs = attributes === null ? null : record(attributes, 'impersonating');
      return {
        type: 'Authenticate',
        baseVersion,
        tokenType: 'Admin',
        value: string(message.value, 'value'),
        actingAs,
      };
    }
    default:
      throw invalid('tokenType to be User, Admin or None', message.tokenType);
  }
}

function modification(json: JsonValue): ModifyQuerySet['modifications'][number] {
  const change = record(json, 'a modification');
  const queryId = u32(change.queryId, 'queryId');
  if (change.type === 'Remove') return { type: 'Remove', queryId };
  if (change.type !== 'Add') throw invalid('a modification to be Add or Remove', change.type);
  return { type: 'Add', queryId, ...call(change), journal: optionalString(change.journal, 'journal') };
}

/** `args` is a list of one value; whether that is an object is the function's business, not the protocol's. */
function call(message: JsonObject): { udfPath: string; args: JsonValue; componentPath: string | null } {
  const args = list(message.args, 'args');
  if (args.length > 1) throw invalid('args to hold one value', `${args.length} values`);
  if (nestsDeeperThan(args, MAX_JSON_DEPTH))
    throw invalid(`args to nest at most ${MAX_JSON_DEPTH} levels`, 'more');
  return {
    udfPath: string(message.udfPath, 'udfPath'),
    args: args[0] ?? {},
    componentPath: optionalString(message.componentPath, 'componentPath'),
  };
}

function record(json: unknown, what: string): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalid(`${what} to be an object`, json);
  return json as JsonObject;
}

function list(json: unknown, what: string): JsonValue[] {
  if (!Array.isArray(json)) throw invalid(`${what} to be a list`, json);
  return json as JsonValue[];
}

function string(json: unknown, what: string): string {
  if (typeof json !== 'string') throw invalid(`${what} to be a string`, json);
  return json;
}

function optionalString(json: unknown, what: string): string | null {
  return json === undefined || json === null ? null : string(json, what);
}

function u32(json: unknown, what: string): number {
  if (typeof json !== 'number' || !Number.isInteger(json) || json < 0 || json >= U32) {
    throw invalid(`${what} to be a whole number from 0 to ${U32 - 1}`, json);
  }
  return json;
}

function invalid(expected: string, got: unknown): ProtocolError {
  const kind = got === null ? 'null' : Array.isArray(got) ? 'a list' : typeof got;
  const shown =
    typeof got === 'string' ? JSON.stringify(got.slice(0, 40)) : typeof got === 'number' ? String(got) : kind;
  return new ProtocolError('WSMessageInvalid', `Expected ${expected}, got ${shown}.`);
}
