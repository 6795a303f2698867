import { useId, useState } from 'react';
import { Field, TextInput } from '../../ui/field';
import { useNow } from '../../lib/useNow';
import { formatClockIn } from '../../lib/time';
import { zoneNamed } from './hoursWords';

const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'].filter(
  (zone, at, all) => all.indexOf(zone) === at,
);

interface Props {
  value: string;
  disabled: boolean;
  /** From the start. */
  hasFocus: boolean;
  onChoose: (timeZone: string) => void;
}

/** Found by typing a part of its name; taken when the field is left or on Enter. What is no zone stands until it is corrected. */
export function ZonePicker({ value, disabled, hasFocus, onChoose }: Props) {
  const list = useId();
  const now = useNow(30_000);
  const [typed, setTyped] = useState<string | null>(null);
  const [isUnknown, setIsUnknown] = useState(false);
  function take() {
    if (typed === null) return;
    const zone = zoneNamed(typed, zones);
    setIsUnknown(zone === null);
    if (zone === null) return;
    setTyped(null);
    if (zone !== value) onChoose(zone);
  }
  return (
    <Field
      label="Time zone"
      hint={`It is ${formatClockIn(now, value)} there. Type a city to find another.`}
      error={isUnknown ? 'This is no time zone, or more than one. Type a city such as Berlin.' : null}
    >
      <TextInput
        list={list}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        autoFocus={hasFocus}
        value={typed ?? value}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          take();
          event.currentTarget.select();
        }}
      />
      <datalist id={list}>
        {zones.map((zone) => (
          <option key={zone} value={zone} label={zone.replaceAll('_', ' ')} />
        ))}
      </datalist>
    </Field>
  );
}
