import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { useMembership } from '../../convex/session';
import { ErrorPane } from '../../ui/states';
import { AgentsSettings } from './agentsSettings';
import { ArticlesSettings } from './articlesSettings';
import { AuditSettings } from './auditSettings';
import { ChannelsSettings } from './channelsSettings';
import { MySettings } from './mySettings';
import { PeopleSettings } from './peopleSettings';
import { TeamSettings } from './teamSettings';

const sections = {
  me: { label: 'Me', Page: MySettings },
  team: { label: 'Team and assignment', Page: TeamSettings },
  people: { label: 'People', Page: PeopleSettings },
  agents: { label: 'Agents', Page: AgentsSettings },
  articles: { label: 'Articles', Page: ArticlesSettings },
  channels: { label: 'Channels', Page: ChannelsSettings },
  audit: { label: 'Audit log', Page: AuditSettings },
};
type Section = keyof typeof sections;
const names = Object.keys(sections) as Section[];

export function isSection(name: string): name is Section {
  return name in sections;
}

export function SettingsPage({ section }: { section: Section }) {
  const { label, Page } = sections[section];
  const { role } = useMembership();
  const isShown = (name: Section) => name !== 'audit' || isAllowed(role, 'audit.read');
  useEffect(() => {
    document.title = `${label} · Settings · Baton`;
  }, [label]);
  return (
    <div className="flex min-w-0 flex-1 max-md:flex-col">
      <nav
        aria-label="Settings"
        data-region="views"
        className="w-52 shrink-0 border-r border-line p-2 max-md:flex max-md:w-full max-md:gap-1 max-md:overflow-x-auto max-md:border-r-0 max-md:border-b"
      >
        <h2 className="px-2 pt-1.5 pb-2 text-sm font-semibold max-md:sr-only">Settings</h2>
        {names.filter(isShown).map((name) => (
          <Link
            key={name}
            to="/settings/$section"
            params={{ section: name }}
            className="flex h-8 shrink-0 items-center rounded-md px-2 text-sm text-ink-2 hover:bg-hover aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:h-11"
          >
            {sections[name].label}
          </Link>
        ))}
      </nav>
      <main data-region="thread" className="min-w-0 flex-1 overflow-y-auto bg-surface">
        <div className="mx-auto max-w-180 px-6 py-6">
          <h1 className="mb-5 text-xl font-semibold">{label}</h1>
          <ErrorPane what="This page" resetKey={section}>
            <Page />
          </ErrorPane>
        </div>
      </main>
    </div>
  );
}
