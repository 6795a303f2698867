/** The operators as buttons: what can be asked is seen, and what is pressed stands in the text. */
import { ChevronDown } from 'lucide-react';
import type { Operator, State } from '../../../convex/shared/search/parseSearch';
import type { ChannelKind } from '../../../convex/shared/conversation/channels';
import { useAgents } from '../../convex/agents';
import { Button } from '../../ui/button';
import { Menu } from '../../ui/menu';
import { beginOperator, dayOf, hasOperator, toggleOperator } from './operatorText';

const stateWords: Record<State, string> = {
  open: 'Open, new ones too',
  new: 'New',
  resolved: 'Resolved',
  closed: 'Closed',
  mine: 'Mine',
  unassigned: 'Unassigned',
  snoozed: 'Snoozed',
  waiting: 'The customer waits',
  note: 'In notes',
  urgent: 'Urgent',
  high: 'High',
  normal: 'Normal',
  low: 'Low',
};
const channelWords: Record<ChannelKind, string> = {
  web: 'Web chat',
  email: 'Email',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  api: 'API',
};
const dayMs = 86_400_000;
const spans = { 'A week ago': 7, 'A month ago': 30, 'A year ago': 365 };

interface Props {
  text: string;
  /** With what is put in, and whether there is still something to type. */
  onChange: (text: string, goesOn: boolean) => void;
}

export function SearchFilters({ text, onChange }: Props) {
  const agents = useAgents() ?? [];
  const choices = (operator: Operator, values: Record<string, string>) =>
    Object.entries(values).map(([value, label]) => ({
      id: value,
      label,
      checked: hasOperator(text, operator, value),
      onChoose: () => onChange(toggleOperator(text, operator, value), false),
    }));
  const typed = (operator: Operator, label: string) => (
    <Button tone="quiet" className="px-1.5!" onClick={() => onChange(beginOperator(text, operator), true)}>
      {label}
    </Button>
  );
  const days = Object.entries(spans).map(([label, days]) => [dayOf(Date.now() - days * dayMs), label]);
  return (
    <div
      role="group"
      aria-label="Filters"
      className="flex shrink-0 gap-0.5 overflow-x-auto border-b border-line px-2 py-1"
    >
      <Filter label="Is" choices={choices('is', stateWords)} />
      {typed('from', 'From')}
      {typed('to', 'To')}
      <Filter
        label="Agent"
        choices={choices('agent', Object.fromEntries(agents.map(({ name }) => [name, name])))}
      />
      <Filter label="Channel" choices={choices('channel', channelWords)} />
      {typed('tag', 'Tag')}
      <Filter
        label="Before"
        choices={choices('before', Object.fromEntries(days) as Record<string, string>)}
      />
    </div>
  );
}

function Filter({ label, choices }: { label: string; choices: Parameters<typeof Menu>[0]['choices'] }) {
  const isOn = choices.some(({ checked }) => checked);
  return (
    <Menu
      label={label}
      choices={choices}
      trigger={
        <Button tone="quiet" className={`px-1.5! ${isOn ? 'bg-selected text-accent-text' : ''}`}>
          {label}
          <ChevronDown size={13} strokeWidth={1.75} aria-hidden />
        </Button>
      }
    />
  );
}
