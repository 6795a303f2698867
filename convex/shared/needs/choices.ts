/** How a person wants to be told of each kind of need, and what holds for who has chosen nothing. Pure. */
import { type Infer, v } from 'convex/values';
import { type NeedKind, vNeedKind } from './needs';

export const vNotice = v.object({
  /** A line on the page. */
  toast: v.boolean(),
  sound: v.boolean(),
  /** Shown by the system while nobody looks at the desk. */
  desktop: v.boolean(),
  /** By push, in the browsers they have turned on, while they have no page of the desk or are away. Absent in choices of before: yes. */
  push: v.optional(v.boolean()),
  /** By mail, when it is not handled by then and they are away or offline; null: never. */
  mailAfterMin: v.union(v.number(), v.null()),
});
export type Notice = Infer<typeof vNotice>;

export const vNoticeChoices = v.array(v.object({ kind: vNeedKind, notice: vNotice }));
type Choices = Infer<typeof vNoticeChoices>;

/** Not sooner than anybody could have looked, nor later than a day. */
export const mailRangeMin = [1, 24 * 60] as const;

const quiet = { toast: true, sound: false, desktop: true, push: true, mailAfterMin: null };
const usual: Record<NeedKind, Required<Notice>> = {
  assigned: { ...quiet, mailAfterMin: 30 },
  replied: { ...quiet, mailAfterMin: 10 },
  near: { ...quiet, mailAfterMin: 5 },
  help: { ...quiet, sound: true, mailAfterMin: 5 },
  mention: { ...quiet, mailAfterMin: 30 },
  taken: quiet,
  outside: { ...quiet, mailAfterMin: 30 },
  cameBack: { ...quiet, mailAfterMin: 30 },
  woke: quiet,
};

export function noticeOf(choices: Choices, kind: NeedKind): Required<Notice> {
  return { ...usual[kind], ...choices.find((each) => each.kind === kind)?.notice };
}
