/** Figures over time, for managers (docs/rules.md B1–B4). */
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import { useNow } from '../lib/useNow';
import { useManaged } from './useShared';

export type Figures = FunctionReturnType<typeof api.reports.figures>['rows'][number];
export type Behind = FunctionReturnType<typeof api.reports.behind>['rows'][number];
/** The first and the last date, in days since 1970-01-01. */
export interface Days {
  from: number;
  to: number;
}
export type By = FunctionArgs<typeof api.reports.figures>['by'];
export type BehindKind = FunctionArgs<typeof api.reports.behind>['kind'];

export const useFigures = (by: By, days: Days) => useManaged(api.reports.figures, { by, ...days });
export const useDays = (days: Days) => useManaged(api.reports.days, { ...days });

export const useBehind = (asked: (Days & { kind: BehindKind; by: By; of: string }) | null) =>
  useManaged(api.reports.behind, asked ?? 'skip');

/** The present minute is part of the question: time enters a query as an argument only. */
const useMinute = () => Math.floor(useNow(60_000) / 60_000);

/** Handovers of the last sixty minutes, and of so many hours, by why. */
export function useHandovers(hours: number) {
  return useManaged(api.reports.handovers, { minute: useMinute(), hours });
}

/** Conversations that began, and those that a person has had to do with. */
export function useAgentShare(hours: number) {
  return useManaged(api.reports.share, { minute: useMinute(), hours });
}
