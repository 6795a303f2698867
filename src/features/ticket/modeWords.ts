/** How automatic assignment chooses. */
export const modeWords = { balanced: 'least load', roundRobin: 'next in turn', manual: 'by hand' };
