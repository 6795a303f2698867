import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type SavedView,
  useRemoveTeamView,
  useRemoveView,
  useSaveTeamView,
  useSaveView,
} from '../../convex/savedViews';
import { useMembership } from '../../convex/session';
import type { View } from '../../convex/ticketLists';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Checkbox, Field, FormError, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import type { ListSearch, useFilters } from './listing';

interface Props {
  view: View;
  filters: ReturnType<typeof useFilters>;
  /** The one that is on screen, as it was or narrowed since. */
  saved: SavedView | undefined;
  isOpen: boolean;
  onClose: () => void;
}

/** Keeps the list as it is now under a name, of one's own or, for managers, of the team. */
export function SaveView({ saved, isOpen, onClose, ...rest }: Props) {
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={saved ? 'Saved view' : 'Save as a view'}
      description="Its filters and its order as they are now."
    >
      <SaveForm key={saved?._id} saved={saved} onClose={onClose} {...rest} />
    </Dialog>
  );
}

function SaveForm({ view, filters, saved, onClose }: Omit<Props, 'isOpen'>) {
  const { teamId, role } = useMembership();
  const navigate = useNavigate();
  const acts = {
    own: { save: useSaveView(), remove: useRemoveView() },
    teams: { save: useSaveTeamView(), remove: useRemoveTeamView() },
  };
  const [isTeams, setIsTeams] = useState(saved?.isTeams ?? false);
  const show = (id: string | undefined) =>
    navigate({ to: '.', search: (before: ListSearch) => ({ ...before, saved: id }), replace: true });
  const { error, isBusy, form } = useSubmit(async (data) => {
    const of = { teamId, ...(saved && { viewId: saved._id }) };
    const list = { view, ...filters.kept };
    const id = await acts[isTeams ? 'teams' : 'own'].save({ ...of, name: textOf(data, 'name'), list });
    await show(id);
    onClose();
    notify('View saved.');
  });
  const remove = useSubmit(async () => {
    await acts[saved!.isTeams ? 'teams' : 'own'].remove({ teamId, viewId: saved!._id });
    await show(undefined);
    onClose();
    notify('View deleted. Its tickets stay as they are.');
  });
  return (
    <div className="flex flex-col gap-4">
      <form aria-busy={isBusy} {...form}>
        <fieldset disabled={isBusy} className="flex min-w-0 flex-col gap-4">
          <Field label="Name">
            <TextInput name="name" required autoFocus maxLength={60} defaultValue={saved?.name} />
          </Field>
          {!saved && isAllowed(role, 'savedViews.manage') && (
            <Checkbox label="For the whole team" checked={isTeams} onChoose={setIsTeams} />
          )}
          <FormError text={error ?? remove.error} />
          <div className="flex justify-end gap-2">
            <Button size="medium" onClick={onClose}>
              Cancel
            </Button>
            <Button size="medium" tone="primary" type="submit">
              Save
            </Button>
          </div>
        </fieldset>
      </form>
      {saved && (
        <form aria-busy={remove.isBusy} {...remove.form}>
          <Button type="submit" tone="danger" disabled={remove.isBusy}>
            Delete the view
          </Button>
        </form>
      )}
    </div>
  );
}
