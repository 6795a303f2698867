import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import type { ConnectionCheck } from '../../../convex/shared/delivery/connection';
import { useCheckAddress } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { describeError } from '../../lib/errors';

/** The last live check of an address on this page; while one runs, what the one before found. */
export interface AddressCheck {
  isRunning: boolean;
  found?: ConnectionCheck;
  failure?: string;
}

export function useAddressChecks() {
  const { teamId } = useMembership();
  const ask = useCheckAddress();
  const [checks, setChecks] = useState<Record<Id<'channels'>, AddressCheck>>({});
  const check = async (channelId: Id<'channels'>) => {
    const note = (next: AddressCheck) =>
      setChecks((all) => ({ ...all, [channelId]: { ...all[channelId], ...next } }));
    note({ isRunning: true });
    try {
      const found = await ask({ teamId, channelId });
      setChecks((all) => ({ ...all, [channelId]: { isRunning: false, found } }));
    } catch (error) {
      setChecks((all) => ({ ...all, [channelId]: { isRunning: false, failure: describeError(error) } }));
    }
  };
  return { checks, check };
}
