/**
 * Server → client frames (§1.3). Return values arrive here as JSON text and query results as bytes that all sockets share;
 * both are spliced in, never parsed or stringified again.
 */
import type { FunctionResult } from '../functions/failure.ts';
import { errorDataMember, type QueryOutcome } from '../subscriptions/queryOutcome.ts';
import { encodeTs } from './protocol.ts';
import type { FrameParts } from './textFrame.ts';

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
  const skew = clientClockSkew === null ? '' : `"clientClockSkew":${clientClockSkew},`;
  parts.push(`${text}],${skew}"serverTs":${Date.now()}000000}`);
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
