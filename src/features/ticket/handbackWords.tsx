import { Field, TextArea } from '../../ui/field';
import type { Handback } from './acting';

/** What is said to the agent at the end of the human part. */
export function HandbackWords({ written, hasFocus }: { written: Handback; hasFocus: boolean }) {
  return (
    <>
      <Field label="What the agent should know" hint="Only the agent reads this.">
        <TextArea
          name="know"
          rows={2}
          maxLength={2000}
          defaultValue={written.agentShouldKnow}
          autoFocus={hasFocus}
        />
      </Field>
      <Field label="What was promised">
        <TextArea name="promised" rows={2} maxLength={2000} defaultValue={written.promised} />
      </Field>
    </>
  );
}
