/** Notices in this browser while Baton is closed in it. */
import { useAction, useMutation } from 'convex/react';
import { useEffect } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { kept } from '../lib/kept';
import { subscribedPush, subscribePush, unsubscribePush } from '../lib/push';
import { useMembership } from './session';
import { useOwn } from './useLive';

/** Who turned it on here, and how; null: nobody. */
const asked = kept<{ memberId: string; showsWords: boolean } | null>(
  'baton.push',
  null,
  (stored) => {
    const [memberId = '', words] = stored.split(' ');
    return { memberId, showsWords: words === 'words' };
  },
  (value) => value && `${value.memberId} ${value.showsWords ? 'words' : ''}`,
);

/** Whether the desk tells this browser, and how; null: it does not. Undefined until it has come. */
export function usePushState(endpoint: string | undefined) {
  const { teamId } = useMembership();
  return useOwn(api.pushes.state, endpoint === undefined ? 'skip' : { teamId, endpoint });
}

export function usePushActs() {
  const { teamId, memberId } = useMembership();
  const keyOf = useAction(api.pushes.key);
  const keep = useMutation(api.pushes.turnOn);
  const drop = useMutation(api.pushes.turnOff);
  const tryOut = useAction(api.pushes.test);
  return {
    /** The endpoint it has now; null: the person said no. */
    async turnOn(showsWords: boolean): Promise<string | null> {
      const browser = await subscribePush(await keyOf({ teamId }));
      if (browser === null) return null;
      await keep({ teamId, ...browser, showsWords });
      asked.set({ memberId, showsWords });
      return browser.endpoint;
    },
    async turnOff(endpoint: string): Promise<void> {
      await drop({ teamId, endpoint });
      await unsubscribePush();
      asked.set(null);
    },
    /** Why it did not go out; null: it did. */
    test: (endpoint: string) => tryOut({ teamId, endpoint }),
  };
}

const told = new Set<Id<'members'>>();

/** Whoever turned it on and has signed in anew, or whose browser got another endpoint, is told as before. Once a page. */
export function useKeepPush(): void {
  const { teamId, memberId } = useMembership();
  const keep = useMutation(api.pushes.turnOn);
  useEffect(() => {
    const choice = asked.now();
    if (choice?.memberId !== memberId || told.has(memberId)) return;
    told.add(memberId);
    void subscribedPush()
      .then((browser) => browser && keep({ teamId, ...browser, showsWords: choice.showsWords }))
      .catch(() => {});
  }, [teamId, memberId, keep]);
}
