import type { Holiday } from '../../../convex/shared/kit/calendar';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { Spans } from './hoursGrid';
import { resetIfAsSent } from './settingRow';

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const datesOf = ({ from, to }: Holiday) =>
  from === to ? date.format(Date.parse(from)) : date.formatRange(Date.parse(from), Date.parse(to));

interface Props {
  holidays: Holiday[];
  disabled: boolean;
  /** True once it is kept. */
  onChange: (holidays: Holiday[]) => Promise<boolean>;
}

/** Days on which other hours hold than on their weekday; at first it is closed on them. */
export function Holidays({ holidays, disabled, onChange }: Props) {
  return (
    <>
      <ul aria-label="Holidays">
        {holidays.map((holiday, index) => (
          <li
            key={holiday.from}
            className="flex gap-4 border-b border-line py-2.5 max-md:flex-col max-md:gap-1.5"
          >
            <div className="w-44 shrink-0">
              <p className="text-base font-medium wrap-anywhere" dir="auto">
                {holiday.name}
              </p>
              <p className="text-sm text-ink-3">{datesOf(holiday)}</p>
            </div>
            <Spans
              of={holiday.name}
              spans={holiday.open}
              disabled={disabled}
              onChange={(open) => void onChange(holidays.with(index, { ...holiday, open }))}
            />
            {!disabled && (
              <Button
                tone="danger"
                className="self-start"
                aria-label={`Remove ${holiday.name}`}
                onClick={() => void onChange(holidays.toSpliced(index, 1))}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      {!disabled && <NewHoliday onAdd={(holiday) => onChange([...holidays, holiday])} />}
    </>
  );
}

function NewHoliday({ onAdd }: { onAdd: (holiday: Holiday) => Promise<boolean> }) {
  async function submit(form: HTMLFormElement) {
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name)).trim();
    const from = text('from');
    if (await onAdd({ name: text('name'), from, to: text('to') || from, open: [] }))
      resetIfAsSent(form, data);
  }
  return (
    <form
      className="mt-3 flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <div className="min-w-44 flex-1">
        <Field label="Name">
          <TextInput name="name" required maxLength={80} />
        </Field>
      </div>
      <Field label="First day">
        <TextInput name="from" type="date" required />
      </Field>
      <Field label="Last day, if longer">
        <TextInput name="to" type="date" />
      </Field>
      <Button type="submit" tone="primary" size="medium" className="h-9!">
        Add
      </Button>
    </form>
  );
}
