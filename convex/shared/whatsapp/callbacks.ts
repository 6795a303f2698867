/** By what a status names the send it is about (`biz_opaque_callback_data`), which it may overtake (docs/rules.md M2). Pure. */

export interface Callback {
  entryId: string;
  part: number;
  /** So many parts it has. */
  count: number;
}

export const callbackOf = ({ entryId, part, count }: Callback): string => `${entryId}:${part}:${count}`;

/** Null: not one of ours. */
export function readCallback(text: string | undefined): Callback | null {
  const [, entryId, part, count] = /^([a-z0-9]{1,64}):(\d{1,3}):(\d{1,3})$/i.exec(text ?? '') ?? [];
  return entryId === undefined ? null : { entryId, part: Number(part), count: Number(count) };
}
