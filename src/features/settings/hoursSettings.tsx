import { type ReactNode, useRef, useState } from 'react';
import type { Calendar } from '../../../convex/shared/kit/calendar';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Agent, useAgents, useUpdateAgent } from '../../convex/agents';
import { useCalendar, useSaveCalendar } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { EmptyState } from '../../ui/states';
import { Holidays } from './holidays';
import { HoursGrid } from './hoursGrid';
import { previewOf, usualWeek } from './hoursWords';
import { useSaved } from './savedField';
import { SettingGroup, useSaving } from './settingRow';
import { ZonePicker } from './zonePicker';

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** [H1, H5] When people are there: what customers are told, and what rules for outside opening hours go by. */
export function HoursSettings() {
  const stored = useCalendar();
  const { teamId, role } = useMembership();
  const saveCalendar = useSaveCalendar();
  const { value: calendar, choose: change } = useSaved<Calendar | null | undefined>({
    value: stored,
    onSave: (calendar) => saveCalendar({ teamId, calendar: calendar ?? null }),
  });
  const mayChange = isAllowed(role, 'team.update');
  /** A proposal: it counts for nobody before it is saved. */
  const [draft, setDraft] = useState<Calendar | null>(null);
  const begin = useRef<HTMLButtonElement>(null);
  /** What had the focus is gone with what it did. */
  const backToBegin = () => requestAnimationFrame(() => begin.current?.focus());
  function discard() {
    setDraft(null);
    backToBegin();
  }
  async function remove() {
    if (await change(null)) backToBegin();
  }
  if (calendar === undefined) return null;
  return (
    <>
      <p className="mb-5 text-sm text-ink-3">
        Outside these hours customers read when you are back, by their own clock, and rules can hand over
        differently.
      </p>
      {calendar === null && draft !== null ? (
        <Draft draft={draft} onChange={setDraft} onSave={change} onDiscard={discard} />
      ) : calendar === null ? (
        <EmptyState title="No opening hours yet.">
          <p className="mb-3">
            Customers read that a person answers when the team is back, not when that is.
          </p>
          {mayChange && (
            <Button ref={begin} tone="primary" size="medium" onClick={() => setDraft(usualWeek(ownZone()))}>
              Set opening hours
            </Button>
          )}
        </EmptyState>
      ) : (
        <CalendarForm calendar={calendar} disabled={!mayChange} onChange={change}>
          {mayChange && <RemoveHours onRemove={() => void remove()} />}
        </CalendarForm>
      )}
      <OwnHours />
    </>
  );
}

interface DraftProps {
  draft: Calendar;
  onChange: (draft: Calendar) => void;
  onSave: (calendar: Calendar) => Promise<boolean>;
  onDiscard: () => void;
}

function Draft({ draft, onChange, onSave, onDiscard }: DraftProps) {
  async function change(next: Calendar): Promise<boolean> {
    onChange(next);
    return true;
  }
  return (
    <CalendarForm calendar={draft} hasFocus onChange={change}>
      <p className="mb-2 text-sm text-ink-2">Nothing is saved yet: customers read what they did before.</p>
      <div className="flex gap-2">
        <Button tone="primary" size="medium" onClick={() => void onSave(draft)}>
          Save opening hours
        </Button>
        <Button size="medium" onClick={onDiscard}>
          Cancel
        </Button>
      </div>
    </CalendarForm>
  );
}

function RemoveHours({ onRemove }: { onRemove: () => void }) {
  const [asksRemoval, setAsksRemoval] = useState(false);
  return (
    <>
      <Button tone="danger" onClick={() => setAsksRemoval(true)}>
        Remove opening hours
      </Button>
      <Confirm
        open={asksRemoval}
        onOpenChange={setAsksRemoval}
        title="Remove opening hours?"
        description="Days and holidays are deleted. Customers are no longer told when you are back."
        confirm="Remove opening hours"
        keep="Keep"
        onConfirm={onRemove}
      />
    </>
  );
}

interface FormProps {
  calendar: Calendar;
  disabled?: boolean;
  /** Its button has gone: the hand goes on at what has come. */
  hasFocus?: boolean;
  onChange: (calendar: Calendar) => Promise<boolean>;
  /** What is done with all of it. */
  children: ReactNode;
}

function CalendarForm({ calendar, disabled = false, hasFocus = false, onChange, children }: FormProps) {
  const now = useNow(30_000);
  return (
    <>
      <p role="status" className="mb-5 rounded-md bg-surface-2 px-3 py-2.5 text-base">
        {previewOf(calendar, now, ownZone())}
      </p>
      <div className="mb-6 max-w-100">
        <ZonePicker
          value={calendar.timeZone}
          disabled={disabled}
          hasFocus={hasFocus}
          onChoose={(timeZone) => void onChange({ ...calendar, timeZone })}
        />
      </div>
      <SettingGroup title="Days">
        <HoursGrid
          week={calendar.week}
          disabled={disabled}
          onChange={(week) => void onChange({ ...calendar, week })}
        />
      </SettingGroup>
      <SettingGroup title="Holidays">
        <p className="text-sm text-ink-3">
          Closed on these days, or open at other hours than on their weekday.
        </p>
        <Holidays
          holidays={calendar.holidays}
          disabled={disabled}
          onChange={(holidays) => onChange({ ...calendar, holidays })}
        />
      </SettingGroup>
      {children}
    </>
  );
}

/** Agents for which the hours of before count. */
function OwnHours() {
  const agents = useAgents()?.filter(({ openingHours }) => openingHours !== null) ?? [];
  if (agents.length === 0) return null;
  return (
    <section className="mt-8" aria-label="Agents with hours of their own">
      <h2 className="text-base font-semibold">Agents with hours of their own</h2>
      <p className="text-sm text-ink-3">
        They were set for each agent. While an agent has some, the hours above do not count for it.
      </p>
      <ul>
        {agents.map((agent) => (
          <OwnHoursRow key={agent._id} agent={agent} />
        ))}
      </ul>
    </section>
  );
}

function OwnHoursRow({ agent }: { agent: Agent }) {
  const { teamId, role } = useMembership();
  const update = useUpdateAgent();
  const { isBusy, save } = useSaving();
  const take = () => update({ teamId, agentId: agent._id, openingHours: null });
  return (
    <li className="flex items-center gap-4 border-b border-line py-2.5">
      <p className="min-w-0 flex-1 truncate text-base">
        {agent.name} <span className="text-sm text-ink-3">{agent.openingHours?.timeZone}</span>
      </p>
      {isAllowed(role, 'agents.manage') && (
        <Button
          disabled={isBusy}
          onClick={() => void save(take, `The team’s hours count for ${agent.name}.`)}
        >
          Use the team’s hours
        </Button>
      )}
    </li>
  );
}
