import { useEffect, useState } from 'react';
import { usePushActs, usePushState } from '../../convex/pushes';
import { describeError, refusalOf } from '../../lib/errors';
import { type PushAbility, pushAbility, pushEndpoint } from '../../lib/push';
import { Button } from '../../ui/button';
import { notify } from '../../ui/toast';
import { SavedCheckbox } from './savedField';
import { SettingRow } from './settingRow';

const words: Record<Exclude<PushAbility, 'possible'>, string> = {
  unsupported: 'This browser has no push. On most of them the desk needs an address with https for it.',
  needsInstall:
    'On an iPhone or iPad put Baton on the home screen first (Share, Add to Home Screen), then open it there and turn this on.',
  denied:
    'Blocked in this browser. Allow notifications for this page beside its address, then load it again.',
};
const offWords = 'This browser is told nothing while Baton is closed in it. It will ask you once.';
const onWords =
  'This browser is told, as chosen above, while you have no page of Baton open anywhere or are away. Signing out here ends it.';
const noAnswer = 'The browser’s push service did not answer. Try again later.';

/** Of this browser alone: each is turned on by itself. */
export function PushRows() {
  const { ability, endpoint, isOn, showsWords, isBusy, turnOn, turnOff, test, keepWords } = usePushHere();
  const hint = ability === 'possible' ? (isOn ? onWords : offWords) : words[ability];
  return (
    <>
      <SettingRow label="When Baton is closed" hint={hint}>
        {ability === 'possible' && !isOn && (
          <Button disabled={isBusy} onClick={turnOn}>
            Turn on for this browser
          </Button>
        )}
        {isOn && (
          <span className="flex flex-wrap gap-2">
            <Button disabled={isBusy} onClick={() => test(endpoint!)}>
              Send a test
            </Button>
            <Button disabled={isBusy} onClick={() => turnOff(endpoint!)}>
              Turn off
            </Button>
          </span>
        )}
      </SettingRow>
      {isOn && <WordsRow showsWords={showsWords} onSave={keepWords} />}
    </>
  );
}

interface WordsProps {
  showsWords: boolean;
  onSave: (showsWords: boolean) => Promise<unknown>;
}

function WordsRow({ showsWords, onSave }: WordsProps) {
  return (
    <SettingRow
      label="Customers’ words"
      hint="Shown in notices of this browser, also on a locked screen. Else they say only which ticket it is."
    >
      <SavedCheckbox label="Show what customers write" value={showsWords} onSave={onSave} />
    </SettingRow>
  );
}

function usePushHere() {
  const [ability, setAbility] = useState(pushAbility);
  const [endpoint, setEndpoint] = useState<string | undefined>();
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    void pushEndpoint().then(setEndpoint, () => {});
  }, []);
  const kept = usePushState(endpoint);
  const acts = usePushActs();

  /** `act` answers what is said then. */
  function attempt(act: () => Promise<string | undefined>): void {
    setIsBusy(true);
    void act()
      .then(
        (said) => void (said !== undefined && notify(said)),
        (error: unknown) =>
          void notify(refusalOf(error) === null ? noAnswer : describeError(error), { tone: 'bad' }),
      )
      .finally(() => {
        setAbility(pushAbility());
        setIsBusy(false);
      });
  }

  return {
    ability,
    endpoint,
    isOn: endpoint !== undefined && kept != null,
    showsWords: kept?.showsWords ?? false,
    isBusy,
    keepWords: acts.turnOn,
    turnOn: () =>
      attempt(async () => {
        const now = await acts.turnOn(false);
        if (now === null) return undefined;
        setEndpoint(now);
        return 'Saved.';
      }),
    turnOff: (at: string) =>
      attempt(async () => {
        await acts.turnOff(at);
        setEndpoint(undefined);
        return 'Saved.';
      }),
    test: (at: string) =>
      attempt(async () => (await acts.test(at)) ?? 'Sent. Your system shows it in a moment.'),
  };
}
