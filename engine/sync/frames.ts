/**
 * Server → client frames (§1.3). Return values arrive here as JSON text and query results as bytes that all sockets share;
 * both are spliced in, never parsed or stringified again.
 */
import type { FunctionResult } from '../functions/calls/failure.ts';
import { errorDataMember, type QueryOutcome } from '../subscriptions/queryOutcome.ts';
import { encodeTs } from './protocol.ts';
import { type FrameParts, joined } from './textFrame.ts';

export interface Version {
  querySet: number;
  identity: number;
  ts: bigint;
}

/** A result for one query id; null says the query was removed. */
export type Modification = { queryId: number; outcome: QueryOutcome | null };

export const PING = '{"type":"Ping"}';

export function transitionFrame(
  start: Version,
  end: Version,
  modifications: readonly Modification[],
  clientClockSkew: number | null,
): FrameParts {
  const skew = clientClockSkew === null ? '' : `"clientClockSkew":${clientClockSkew},`;
  return [...transitionHead(start, end, modifications), `],${skew}"serverTs":${Date.now()}000000}`];
}

/** A Transition up to its last modification; joined once somebody else is told the same. */
interface Head {
  start: Version;
  end: Version;
  modifications: readonly Modification[];
  parts: FrameParts;
  isJoined: boolean;
}

/** Sockets that hear of one commit, and have heard of the same ones before, are told the same. Kept no longer than the turn. */
let recent: Head | null = null;
let isForgetting = false;

function forgetSoon(): void {
  if (isForgetting) return;
  isForgetting = true;
  setImmediate(() => {
    isForgetting = false;
    recent = null;
  });
}

function transitionHead(start: Version, end: Version, modifications: readonly Modification[]): FrameParts {
  if (recent === null || !tells(recent, start, end, modifications)) {
    recent = { start, end, modifications, parts: headParts(start, end, modifications), isJoined: false };
    forgetSoon();
  } else if (!recent.isJoined) {
    recent.parts = [joined(recent.parts)];
    recent.isJoined = true;
  }
  return recent.parts;
}

function tells(head: Head, start: Version, end: Version, modifications: readonly Modification[]): boolean {
  if (!isSame(head.end, end) || !isSame(head.start, start)) return false;
  if (head.modifications.length !== modifications.length) return false;
  for (let at = 0; at < modifications.length; at++) {
    const [one, other] = [head.modifications[at]!, modifications[at]!];
    if (one.outcome !== other.outcome || one.queryId !== other.queryId) return false;
  }
  return true;
}

function isSame(one: Version, other: Version): boolean {
  return one.ts === other.ts && one.querySet === other.querySet && one.identity === other.identity;
}

function headParts(start: Version, end: Version, modifications: readonly Modification[]): FrameParts {
  let text = `{"type":"Transition","startVersion":${version(start)},"endVersion":${version(end)},"modifications":[`;
  const parts: (string | Buffer)[] = [];
  modifications.forEach(({ queryId, outcome }, at) => {
    if (at > 0) text += ',';
    if (outcome === null) {
      text += `{"type":"QueryRemoved","queryId":${queryId}}`;
    } else {
      parts.push(text, outcome.fragment);
      text = `${queryId}}`;
    }
  });
  parts.push(text);
  return parts;
}

export function mutationResponse(
  requestId: number,
  result: FunctionResult,
  logLines: string[],
  ts: bigint,
): string {
  const success = `"ts":${JSON.stringify(encodeTs(ts))}`;
  return response('MutationResponse', requestId, result, logLines, result.ok ? success : '"ts":null');
}

export function actionResponse(requestId: number, result: FunctionResult, logLines: string[]): string {
  return response('ActionResponse', requestId, result, logLines, null);
}

export function authError(error: string, baseVersion: number, authUpdateAttempted: boolean): string {
  return JSON.stringify({ type: 'AuthError', error, baseVersion, authUpdateAttempted });
}

export function fatalError(error: string): string {
  return JSON.stringify({ type: 'FatalError', error });
}

function response(
  type: string,
  requestId: number,
  result: FunctionResult,
  logLines: string[],
  ts: string | null,
): string {
  const value = result.ok ? result.value : JSON.stringify(result.errorMessage);
  const data = result.ok ? '' : errorDataMember(result);
  const stamp = ts === null ? '' : `${ts},`;
  return `{"type":"${type}","requestId":${requestId},"success":${result.ok},"result":${value},${stamp}${data}"logLines":${JSON.stringify(logLines)}}`;
}

function version({ querySet, identity, ts }: Version): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}
