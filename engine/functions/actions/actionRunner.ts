import { DeveloperError } from '../../values/errors.ts';
import type { FunctionInfo } from '../generation.ts';
import type { LogLines } from '../logLines.ts';
import type { Caller, Services } from '../services.ts';
import type { JsonValue } from '../../values/value.ts';
export interface HttpRequest { method: string; url: string; headers: Iterable<[string,string]>; body: AsyncIterable<Uint8Array> | Uint8Array | null }
export interface HttpResponse { status: number; headers: [string,string][]; body: AsyncIterable<Uint8Array> }
export class ActionRunner {
  constructor(_s: Services, _r: unknown) {}
  run(_info: FunctionInfo, _args: JsonValue, _caller: Caller): Promise<{ value: string; failure: DeveloperError | null; logs: LogLines }> { throw new Error('x'); }
  http(_r: HttpRequest, _c: Caller): Promise<HttpResponse> { throw new Error('x'); }
  forgetModules(): void {}
  async close(): Promise<void> {}
}
