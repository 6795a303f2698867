/** How long somebody has to pick up what came to them automatically (docs/rules.md A9). Pure. */
import { type GenericId, type Infer, v } from 'convex/values';
import type { OpenTimes } from '../kit/calendar';
import { instantAfterOpen } from '../kit/openTimes';
import type { Priority } from '../tickets/tickets';

/** Working minutes; 0: nothing is taken back. */
export const vPickUp = v.object({ minutes: v.number(), urgentMinutes: v.number() });
export type PickUp = Infer<typeof vPickUp>;

export const defaultPickUp: PickUp = { minutes: 10, urgentMinutes: 3 };
const longestMinutes = 24 * 60;

/** Why these cannot be kept, or null. */
export function faultOfPickUp({ minutes, urgentMinutes }: PickUp): string | null {
  const isTime = (value: number) => Number.isInteger(value) && value >= 0 && value <= longestMinutes;
  if (isTime(minutes) && isTime(urgentMinutes)) return null;
  return 'A ticket is picked up within whole minutes, at most a day of them.';
}

/** Until when a ticket that comes to somebody at `at` has to be picked up; undefined: for good. `calendar` null: not known. */
export function pickUpBy(
  { minutes, urgentMinutes }: PickUp,
  calendar: OpenTimes | null,
  priority: Priority,
  at: number,
): number | undefined {
  const allowed = priority === 'urgent' ? urgentMinutes : minutes;
  if (allowed === 0) return undefined;
  if (calendar === null) return at + allowed * 60_000;
  return instantAfterOpen(calendar, at, allowed * 60_000) ?? undefined;
}

/** Who has let a ticket go by, and until when others come first. */
export interface PassedOver {
  memberId: GenericId<'members'>;
  until: number;
}

/** Whom a decision at `at` skips for this ticket. */
export function passedOverAt(
  { passedOver = [] }: { passedOver?: readonly PassedOver[] },
  at: number,
): GenericId<'members'>[] {
  return passedOver.filter(({ until }) => at < until).map(({ memberId }) => memberId);
}

/** Once a person: what they let go by and get again stays. */
export const letGoBefore = (
  { passedOver = [] }: { passedOver?: readonly PassedOver[] },
  memberId: GenericId<'members'>,
): boolean => passedOver.some((each) => each.memberId === memberId);
