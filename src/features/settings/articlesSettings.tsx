import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { useArticle, useArticles, useRemoveArticle, useSaveArticle } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { useLatest } from '../../lib/useLatest';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field, TextArea, TextInput } from '../../ui/field';
import { EmptyState, Skeleton } from '../../ui/states';
import { notify } from '../../ui/toast';
import { FormDialog } from './formDialog';
import { useSaving } from './settingRow';

type Open = Id<'articles'> | 'new' | null;

/** What the team's knowledge agents answer from. */
export function ArticlesSettings() {
  const articles = useArticles();
  const { role } = useMembership();
  const [open, setOpen] = useState<Open>(null);
  const mayChange = isAllowed(role, 'articles.manage');
  return (
    <>
      {mayChange && (
        <Button tone="primary" size="medium" onClick={() => setOpen('new')}>
          New article
        </Button>
      )}
      {articles?.length === 0 && (
        <EmptyState title="No articles yet.">
          The agent answers from articles. Without any, it hands over.
        </EmptyState>
      )}
      <ul className="-mx-2 mt-4">
        {articles?.map((article) => (
          <li key={article._id} className="border-b border-line">
            <button
              type="button"
              onClick={() => setOpen(article._id)}
              className="w-full rounded-md px-2 py-3 text-left hover:bg-hover"
            >
              <span className="block truncate text-base font-medium">{article.title}</span>
              <span className="block truncate text-sm text-ink-3">
                {formatFull(article.updatedAt)} · {article.excerpt}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {open !== null && <ArticleDialog open={open} mayChange={mayChange} onClose={() => setOpen(null)} />}
    </>
  );
}

interface DialogProps {
  open: Exclude<Open, null>;
  mayChange: boolean;
  onClose: () => void;
}

function ArticleDialog({ open, mayChange, onClose }: DialogProps) {
  const { teamId } = useMembership();
  const articleId = open === 'new' ? null : open;
  const [isRemoving, setIsRemoving] = useState(false);
  // Once it is removed there is nothing to ask for: the answer would be a refusal.
  const article = useLatest(useArticle(isRemoving ? null : articleId));
  const isComing = articleId !== null && article === undefined;
  const saveArticle = useSaveArticle();
  const remove = useRemoveArticle();
  const { isBusy, save } = useSaving();
  const [asksRemoval, setAsksRemoval] = useState(false);

  async function submit(data: FormData) {
    const fields = { title: String(data.get('title')), body: String(data.get('body')) };
    await saveArticle({ teamId, articleId: articleId ?? undefined, ...fields });
    onClose();
    notify('Saved.');
  }

  async function removeArticle(of: Id<'articles'>) {
    setIsRemoving(true);
    if (await save(() => remove({ teamId, articleId: of }), 'Deleted.')) onClose();
    else setIsRemoving(false);
  }

  return (
    <FormDialog
      title={articleId ? 'Article' : 'New article'}
      isBusy={isBusy}
      onClose={onClose}
      onSubmit={submit}
    >
      {isComing ? <Skeleton className="h-80" /> : <ArticleFields article={article} mayChange={mayChange} />}
      {mayChange && (
        <div className="flex gap-2">
          {articleId && (
            <Button tone="danger" size="medium" onClick={() => setAsksRemoval(true)}>
              Delete
            </Button>
          )}
          <span className="flex-1" />
          <Button size="medium" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone="primary" size="medium" disabled={isComing}>
            Save
          </Button>
        </div>
      )}
      {articleId && (
        <Confirm
          open={asksRemoval}
          onOpenChange={setAsksRemoval}
          title="Delete this article?"
          description="The agent stops answering from it at once."
          confirm="Delete article"
          keep="Keep"
          onConfirm={() => void removeArticle(articleId)}
        />
      )}
    </FormDialog>
  );
}

interface FieldsProps {
  article: ReturnType<typeof useArticle>;
  mayChange: boolean;
}

function ArticleFields({ article, mayChange }: FieldsProps) {
  return (
    <>
      <Field label="Title" hint="As a customer would ask for it.">
        <TextInput
          name="title"
          required
          maxLength={200}
          defaultValue={article?.title}
          readOnly={!mayChange}
        />
      </Field>
      <Field label="Text">
        <TextArea name="body" required rows={12} defaultValue={article?.body} readOnly={!mayChange} />
      </Field>
    </>
  );
}
