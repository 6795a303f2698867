/** Agents, their keys and rules, and what they know. */
import type { OptimisticLocalStore } from 'convex/browser';
import { useAction, useMutation } from 'convex/react';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useEffect, useState } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useOptimisticMutation } from './optimistic';
import { useMembership } from './session';
import { useOwn } from './useLive';
import { useShared } from './useShared';

export type Agent = FunctionReturnType<typeof api.agents.list>[number];
export type HandoverRule = FunctionReturnType<typeof api.handoverRules.list>[number];

export function useAgents() {
  return useShared(api.agents.list, {});
}
export const useCreateAgent = () => useMutation(api.agents.create);
export const useUpdateAgent = () => useMutation(api.agents.update);

export function useAgentKeys(agentId: Id<'agents'>) {
  const { teamId } = useMembership();
  return useOwn(api.agents.listKeys, { teamId, agentId });
}
export const useCreateAgentKey = () => useMutation(api.agents.createKey);
export const useRevokeAgentKey = () => useMutation(api.agents.revokeKey);

export function useHandoverRules(agentId: Id<'agents'>) {
  return useShared(api.handoverRules.list, { agentId });
}
export const useSaveRule = () => useMutation(api.handoverRules.save);

/** Shows the rules as they will be, so that the next step counts from there. */
function showRules(
  store: OptimisticLocalStore,
  ruleId: Id<'handoverRules'>,
  place: (others: HandoverRule[], rule: HandoverRule) => HandoverRule[],
) {
  for (const { args, value } of store.getAllQueries(api.handoverRules.list)) {
    const rule = value?.find((each) => each._id === ruleId);
    if (!value || !rule) continue;
    const others = value.filter((each) => each !== rule);
    store.setQuery(api.handoverRules.list, args, place(others, rule));
  }
}

type RuleArgs<Name extends 'remove' | 'move'> = FunctionArgs<(typeof api.handoverRules)[Name]>;
const showRemoved = (store: OptimisticLocalStore, { ruleId }: RuleArgs<'remove'>) =>
  showRules(store, ruleId, (others) => others);
const showMoved = (store: OptimisticLocalStore, { ruleId, to }: RuleArgs<'move'>) =>
  showRules(store, ruleId, (others, rule) => others.toSpliced(to, 0, rule));

export const useRemoveRule = () => useOptimisticMutation(api.handoverRules.remove, showRemoved);
export const useMoveRule = () => useOptimisticMutation(api.handoverRules.move, showMoved);

const typingPauseMs = 250;

type Tried = FunctionReturnType<typeof api.handoverRules.try>;
/** A rule in a form; its id is null while it is new. */
export type UnsavedRule = NonNullable<FunctionArgs<typeof api.handoverRules.try>['unsaved']>;

/** Which rule a message would fire, asked once typing pauses; undefined until the answer to these words has come. */
export function useTryRules(agentId: Id<'agents'>, text: string, unsaved?: UnsavedRule): Tried | undefined {
  const { teamId } = useMembership();
  // The same rule is another object with each letter.
  const written = JSON.stringify(unsaved);
  const rules = useHandoverRules(agentId);
  const tryRules = useAction(api.handoverRules.try);
  const [tried, setTried] = useState<{ by: unknown; text: string; written?: string; answer: Tried }>();
  useEffect(() => {
    if (!text.trim() || rules === undefined) return;
    let isCurrent = true;
    const ask = async () => {
      const rule = written && { unsaved: JSON.parse(written) as UnsavedRule };
      const answer = await tryRules({ teamId, agentId, text, ...rule });
      if (isCurrent) setTried({ by: rules, text, written, answer });
    };
    const timer = setTimeout(() => void ask().catch(() => {}), typingPauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [teamId, agentId, text, written, rules, tryRules]);
  const isOfNow = tried?.text === text && tried.written === written && tried.by === rules;
  return isOfNow ? tried.answer : undefined;
}

export type Rehearsed = FunctionReturnType<typeof api.handoverRules.rehearse>[number];
/** The agent's rules on its past conversations (H3). */
export const useRehearse = () => useAction(api.handoverRules.rehearse);

export function useArticles() {
  return useShared(api.articles.list, {});
}
export function useArticle(articleId: Id<'articles'> | null) {
  return useShared(api.articles.get, articleId ? { articleId } : 'skip');
}
export const useSaveArticle = () => useAction(api.articles.save);
export const useRemoveArticle = () => useMutation(api.articles.remove);
