import { useState } from 'react';
import type { Notice } from '../../../convex/shared/needs/choices';
import { type NeedKind, needKinds } from '../../../convex/shared/needs/needs';
import { useChooseNotice, useNoticeOf } from '../../convex/needs';
import { useMembership } from '../../convex/session';
import { chime } from '../../lib/chime';
import { askForNotices, noticePermission, type NoticePermission } from '../../lib/systemNotice';
import { Button } from '../../ui/button';
import { NativeSelect } from '../../ui/field';
import { notify } from '../../ui/toast';
import { PushRows } from './pushSettings';
import { SettingGroup, SettingRow, useSaving } from './settingRow';

const kindWords: Record<NeedKind, string> = {
  assigned: 'A ticket comes to you',
  replied: 'A customer writes in a ticket of yours',
  near: 'A deadline of a ticket of yours is near',
  help: 'A colleague asks for your help',
  mention: 'A colleague mentions you in a note',
  taken: 'Somebody takes over what was yours',
  outside: 'Somebody besides the customer writes',
  cameBack: 'What you forwarded does not arrive',
  woke: 'A snooze of yours ends',
};

const ways = { toast: 'On the page', sound: 'Sound', desktop: 'Desktop', push: 'When closed' } as const;
type Way = keyof typeof ways;
const wayNames = Object.keys(ways) as Way[];
const mailChoices = [5, 10, 30, 60, 240];

/** How one is told of what there is to see to. The bell counts all of it, whatever is chosen here. */
export function NoticeSettings() {
  const noticeOf = useNoticeOf();
  return (
    <SettingGroup title="What you are told">
      <p className="py-2 text-sm text-ink-3">
        The bell counts all of it. Nothing is said of the ticket you are looking at. Mail goes out only while
        you are away or offline, and only if it is still not handled by then.
      </p>
      <table className="w-full text-sm max-md:block">
        <thead className="max-md:sr-only">
          <tr className="border-b border-line text-xs text-ink-3">
            <th scope="col" className="py-1.5 text-left font-medium">
              When
            </th>
            {wayNames.map((way) => (
              <th key={way} scope="col" className="w-20 py-1.5 text-center font-medium">
                {ways[way]}
              </th>
            ))}
            <th scope="col" className="w-36 py-1.5 pl-3 text-left font-medium">
              Mail
            </th>
          </tr>
        </thead>
        <tbody className="max-md:block">
          {noticeOf && needKinds.map((kind) => <Kind key={kind} kind={kind} notice={noticeOf(kind)} />)}
        </tbody>
      </table>
      <SoundRow />
      <DesktopRow />
      <PushRows />
    </SettingGroup>
  );
}

function Kind({ kind, notice }: { kind: NeedKind; notice: Required<Notice> }) {
  const { teamId } = useMembership();
  const choose = useChooseNotice();
  const { save } = useSaving();
  const words = kindWords[kind];
  const set = (change: Partial<Notice>) =>
    void save(() => choose({ teamId, kind, notice: { ...notice, ...change } }), 'Saved.');
  const { mailAfterMin } = notice;
  const minutes = [...new Set([...mailChoices, ...(mailAfterMin === null ? [] : [mailAfterMin])])];
  return (
    <tr className="border-b border-line max-md:grid max-md:grid-cols-2 max-md:items-center max-md:gap-x-4 max-md:gap-y-1 max-md:py-2.5">
      <th scope="row" className="py-2 text-left text-base font-medium max-md:col-span-2 max-md:py-0">
        {words}
      </th>
      {wayNames.map((way) => (
        <td key={way} className="md:text-center">
          <label className="inline-flex min-h-9 items-center justify-center gap-2 md:w-full pointer-coarse:min-h-11">
            <input
              type="checkbox"
              aria-label={`${ways[way]}: ${words}`}
              className="size-4 accent-accent"
              checked={notice[way]}
              onChange={(event) => set({ [way]: event.target.checked })}
            />
            <span aria-hidden className="md:hidden">
              {ways[way]}
            </span>
          </label>
        </td>
      ))}
      <td className="max-md:col-span-2 max-md:flex max-md:items-center max-md:gap-3 md:py-1 md:pl-3">
        <span aria-hidden className="shrink-0 md:hidden">
          Mail
        </span>
        <NativeSelect
          aria-label={`Mail: ${words}`}
          value={mailAfterMin === null ? 'never' : String(mailAfterMin)}
          onChange={({ target: { value } }) =>
            set({ mailAfterMin: value === 'never' ? null : Number(value) })
          }
        >
          <option value="never">No mail</option>
          {minutes
            .toSorted((a, b) => a - b)
            .map((each) => (
              <option key={each} value={each}>
                {each < 60 ? `After ${each} min` : `After ${each / 60} h`}
              </option>
            ))}
        </NativeSelect>
      </td>
    </tr>
  );
}

function SoundRow() {
  const hear = async () => {
    if (!(await chime())) notify('This browser lets no sound out of the page.', { tone: 'bad' });
  };
  return (
    <SettingRow
      label="The sound"
      hint="Two soft tones, from one of your tabs, and once for what comes at the same time."
    >
      <Button onClick={() => void hear()}>Hear it</Button>
    </SettingRow>
  );
}

const permissionWords: Record<NoticePermission, string> = {
  granted:
    'Allowed in this browser. Shown while you look at no tab of the desk; they hold no word of a customer’s.',
  default:
    'Shown by your system while you look at no tab of the desk; they hold no word of a customer’s. Your browser will ask you once.',
  denied:
    'Blocked in this browser. Allow notifications for this page beside its address, then load it again.',
  unsupported: 'This browser shows none here. On most of them the desk needs an address with https for it.',
};

function DesktopRow() {
  const [permission, setPermission] = useState(noticePermission);
  return (
    <SettingRow label="Desktop notices" hint={permissionWords[permission]}>
      {permission === 'default' && (
        <Button onClick={() => void askForNotices().then(setPermission)}>Allow desktop notices</Button>
      )}
    </SettingRow>
  );
}
