import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type TelegramCheck, useChannels } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { SettingGroup } from './settingRow';
import { TelegramCard } from './telegramCard';
import { TelegramDialog } from './telegramDialog';

/** The bots of a team, each with how it is doing. */
export function TelegramSettings() {
  const { role } = useMembership();
  const bots = useChannels()?.filter(({ kind }) => kind === 'telegram');
  const [connects, setConnects] = useState(false);
  const [checks, setChecks] = useState<Record<Id<'channels'>, TelegramCheck>>({});
  const noteOf = (channelId: Id<'channels'>) => (check: TelegramCheck) =>
    setChecks((all) => ({ ...all, [channelId]: check }));
  return (
    <SettingGroup title="Telegram">
      <p className="mt-1 mb-4 text-sm text-ink-2">
        Customers write to a bot of yours. The agent answers there, and when a person takes over they are
        told.
      </p>
      {bots?.map((channel) => (
        <TelegramCard
          key={channel._id}
          channel={channel}
          check={checks[channel._id]}
          onCheck={noteOf(channel._id)}
        />
      ))}
      {isAllowed(role, 'channels.manage') && (
        <Button tone={bots?.length ? 'plain' : 'primary'} size="medium" onClick={() => setConnects(true)}>
          Connect Telegram
        </Button>
      )}
      {connects && (
        <TelegramDialog
          onClose={() => setConnects(false)}
          onConnected={(check, channelId) => noteOf(channelId)(check)}
        />
      )}
    </SettingGroup>
  );
}
