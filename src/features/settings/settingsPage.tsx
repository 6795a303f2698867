import { Link } from '@tanstack/react-router';
import { type ComponentType, useEffect, useRef } from 'react';
import { isAllowed, type Permission } from '../../../convex/shared/people/permissions';
import { useMembership } from '../../convex/session';
import { ErrorPane } from '../../ui/states';
import { AgentsSettings } from './agentsSettings';
import { ArticlesSettings } from './articlesSettings';
import { AuditSettings } from './auditSettings';
import { ChannelsSettings } from './channelsSettings';
import { FieldsSettings } from './fieldsSettings';
import { HoursSettings } from './hoursSettings';
import { MySettings } from './mySettings';
import { OutboxSettings } from './outboxSettings';
import { PeopleSettings } from './peopleSettings';
import { type Section, sectionNames, sections } from './sections';
import { TagsSettings } from './tagsSettings';
import { TargetsSettings } from './targetsSettings';
import { TeamSettings } from './teamSettings';

const pages: Record<Section, ComponentType> = {
  me: MySettings,
  team: TeamSettings,
  hours: HoursSettings,
  targets: TargetsSettings,
  people: PeopleSettings,
  agents: AgentsSettings,
  articles: ArticlesSettings,
  tags: TagsSettings,
  fields: FieldsSettings,
  channels: ChannelsSettings,
  outbox: OutboxSettings,
  audit: AuditSettings,
};

/** Shown to whoever may read them; the others are everybody's. */
const permissions: Partial<Record<Section, Permission>> = { outbox: 'outbox.read', audit: 'audit.read' };

/** They have a list, and what is open of it beside it. */
const wide: readonly Section[] = ['agents', 'outbox'];

export function SettingsPage({ section }: { section: Section }) {
  const label = sections[section];
  const Page = pages[section];
  const { role } = useMembership();
  const isShown = (name: Section) => {
    const permission = permissions[name];
    return permission === undefined || isAllowed(role, permission);
  };
  useEffect(() => {
    document.title = `${label} · Settings · Baton`;
  }, [label]);
  const tabs = useRef<HTMLElement>(null);
  // On a phone they are a strip, wider than the screen.
  useEffect(() => {
    tabs.current
      ?.querySelector('[aria-current=page]')
      ?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [section]);
  return (
    <div className="flex min-w-0 flex-1 bg-surface max-md:flex-col">
      <nav
        ref={tabs}
        aria-label="Settings"
        data-region="views"
        className="w-52 shrink-0 bg-bg border-r border-line p-2 max-md:flex max-md:w-full max-md:gap-1 max-md:overflow-x-auto max-md:border-r-0 max-md:border-b"
      >
        <h2 className="px-2 pt-1.5 pb-2 text-sm font-semibold max-md:sr-only">Settings</h2>
        {sectionNames.filter(isShown).map((name) => (
          <Link
            key={name}
            to="/settings/$section"
            params={{ section: name }}
            className="flex h-8 shrink-0 items-center rounded-md px-2 text-sm text-ink-2 hover:bg-hover aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:h-11"
          >
            {sections[name]}
          </Link>
        ))}
      </nav>
      <main
        data-region="thread"
        // The room below is for what just happened (ui/toast.tsx), while it is told: it lies over nothing one would press.
        className="min-w-0 flex-1 overflow-y-auto [body:has([data-toast])_&]:mb-18 small:mb-0!"
      >
        <div
          className="@container mx-auto max-w-180 px-6 py-6 data-wide:max-w-280"
          data-wide={wide.includes(section) || undefined}
        >
          <h1 className="mb-5 text-xl font-semibold">{label}</h1>
          <ErrorPane what="This page" resetKey={section}>
            <Page />
          </ErrorPane>
        </div>
      </main>
    </div>
  );
}
