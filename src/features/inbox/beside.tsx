import { useEffect, useState } from 'react';
import { type TicketDetail, useTicket, useWarmThread } from '../../convex/tickets';

/** So long a ticket stands open before those beside it are fetched: not while the keys run past it. */
const restMs = 60;

interface Props {
  rows: readonly number[];
  openNumber: number | null;
}

/** Has the tickets beside the open one there for the next press of J or K. Shows nothing. */
export function Beside({ rows, openNumber }: Props) {
  const [beside, setBeside] = useState<number[]>([]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const at = openNumber === null ? -1 : rows.indexOf(openNumber);
      setBeside([rows[at - 1], rows[at + 1]].filter((number) => number !== undefined));
    }, restMs);
    return () => clearTimeout(timer);
  }, [rows, openNumber]);
  return beside.map((number) => <Ticket key={number} number={number} />);
}

function Ticket({ number }: { number: number }) {
  const detail = useTicket(number);
  return detail ? <Thread detail={detail} /> : null;
}

function Thread({ detail }: { detail: TicketDetail }) {
  useWarmThread(detail);
  return null;
}
