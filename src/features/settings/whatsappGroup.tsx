import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { useChannels } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { SettingGroup } from './settingRow';
import { WhatsappCard } from './whatsappCard';
import { ConnectNumberDialog } from './whatsappDialogs';

/** The numbers of WhatsApp by which customers write. */
export function WhatsappGroup() {
  const channels = useChannels();
  const { role } = useMembership();
  const [connects, setConnects] = useState(false);
  const [made, setMade] = useState<{ channelId: Id<'channels'>; verifyToken: string | null } | null>(null);
  return (
    <SettingGroup title="WhatsApp">
      <p className="mt-1 mb-4 text-sm text-ink-2">
        Customers write to a number of yours, by WhatsApp’s Cloud API. It lets an agent serve customers; it
        does not let what they write train a model.
      </p>
      {channels
        ?.filter(({ whatsapp }) => whatsapp !== null)
        .map((channel) => (
          <WhatsappCard
            key={channel._id}
            channel={channel}
            verifyToken={made?.channelId === channel._id ? made.verifyToken : null}
          />
        ))}
      {isAllowed(role, 'channels.manage') && (
        <Button
          tone={channels?.some(({ whatsapp }) => whatsapp !== null) ? 'plain' : 'primary'}
          size="medium"
          onClick={() => setConnects(true)}
        >
          Connect WhatsApp
        </Button>
      )}
      {connects && (
        <ConnectNumberDialog
          onClose={() => setConnects(false)}
          onConnected={(connected) => {
            setConnects(false);
            setMade(connected);
          }}
        />
      )}
    </SettingGroup>
  );
}
