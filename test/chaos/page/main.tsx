/**
 * The app that lives through a bad network: the official React client with queries that come and go, pages that are loaded,
 * and mutations, and a watch on everything that is rendered.
 */
import { ConvexProvider, ConvexReactClient, useMutation, usePaginatedQuery, useQuery } from 'convex/react';
import { makeFunctionReference, type PaginationOptions, type PaginationResult } from 'convex/server';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { randomOf } from '../random.ts';
import type { ClientPlan, ClientReport, PageApi } from './protocol.ts';

interface Message {
  _id: string;
  _creationTime: number;
  body: string;
}

type Channel = { channel: string };
const get = makeFunctionReference<'query', { name: string }, number>('counters:get');
const list = makeFunctionReference<'query', Channel, Message[]>('messages:list');
const pages = makeFunctionReference<
  'query',
  Channel & { paginationOpts: PaginationOptions },
  PaginationResult<Message>
>('messages:page');
const addOne = makeFunctionReference<'mutation', { name: string }, number>('counters:increment');
const post = makeFunctionReference<'mutation', Channel & { body: string }, string>('messages:send');

interface Life {
  plan: ClientPlan;
  report: ClientReport;
  client: ConvexReactClient;
}

const PAGE = 3;
const lives: Life[] = [];

const isBeginningOf = (before: string[], now: string[]): boolean =>
  before.every((body, at) => now[at] === body);

/** What is shown may only go forward: versions of the counter, and messages of a list that nobody deletes from. */
function useWatch(
  report: ClientReport,
  counter: number | undefined,
  list: Message[] | undefined,
  paged: Message[],
  status: string,
) {
  useEffect(() => {
    if (counter === undefined) return;
    if (counter < (report.counter ?? 0))
      report.complaints.push(`the counter went from ${report.counter} to ${counter}`);
    report.counter = counter;
  }, [report, counter]);
  useEffect(() => {
    if (list === undefined) return;
    const bodies = list.map(({ body }) => body);
    if (!isBeginningOf(report.bodies ?? [], bodies))
      report.complaints.push(`the list went from ${report.bodies?.join()} to ${bodies.join()}`);
    report.bodies = bodies;
  }, [report, list]);
  useEffect(() => {
    const times = paged.map(({ _creationTime }) => _creationTime);
    if (times.some((time, at) => at > 0 && time >= times[at - 1]!))
      report.complaints.push(`pages out of order: ${times.join()}`);
    report.paged = { bodies: paged.map(({ body }) => body), status };
  }, [report, paged, status]);
}

function App({ plan, report }: Pick<Life, 'plan' | 'report'>) {
  const { room: name } = plan;
  const [listShown, showList] = useState(true);
  const counter = useQuery(get, { name });
  const messages = useQuery(list, listShown ? { channel: name } : 'skip');
  const { results, status, loadMore } = usePaginatedQuery(
    pages,
    { channel: name },
    { initialNumItems: PAGE },
  );
  const increment = useMutation(addOne);
  const send = useMutation(post);
  useWatch(report, counter, messages, results, status);
  const [step, setStep] = useState(0);
  useEffect(() => {
    report.step = step;
    const random = randomOf(plan.seed * 1_000 + step);
    const oneMore = async () => void report.increments.push(await increment({ name }));
    const say = async (body: string) => {
      await send({ channel: name, body });
      report.sent.push(body);
    };
    const act = async () => {
      await new Promise((done) => setTimeout(done, random(30)));
      const body = `${plan.client} ${step}`;
      const acts = [
        oneMore,
        () => say(body),
        () => Promise.all([oneMore(), oneMore()]),
        () => Promise.all([say(body), oneMore()]),
      ];
      const looks = [() => loadMore(PAGE), () => showList((shown) => !shown)];
      if (random(3) === 0) looks[random(looks.length)]!();
      else await acts[random(acts.length)]!();
    };
    if (step < plan.steps)
      void act().then(
        () => setStep(step + 1),
        (error) => report.complaints.push(String(error)),
      );
    else {
      showList(true);
      report.done = true;
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one act for each step, whatever is rendered meanwhile
  }, [step]);
  const isDone = step >= plan.steps;
  useEffect(() => {
    if (isDone && status === 'CanLoadMore') loadMore(100);
  }, [isDone, status, loadMore]);
  return <p>{`${name} ${counter} ${messages?.length} ${results.length}`}</p>;
}

function begin(plan: ClientPlan): Life {
  const report: ClientReport = {
    room: plan.room,
    client: plan.client,
    done: false,
    step: 0,
    increments: [],
    sent: [],
    complaints: [],
    counter: undefined,
    bodies: undefined,
    paged: { bodies: [], status: '' },
    connections: 0,
  };
  const client = new ConvexReactClient(plan.url, { logger: false });
  const place = document.body.appendChild(document.createElement('div'));
  createRoot(place).render(
    <ConvexProvider client={client}>
      <App plan={plan} report={report} />
    </ConvexProvider>,
  );
  return { plan, report, client };
}

const page: PageApi = {
  start: (plans) => void lives.push(...plans.map(begin)),
  reports: () =>
    lives.map(({ report, client }) => ({ ...report, connections: client.connectionState().connectionCount })),
};
Object.assign(window, { page });
