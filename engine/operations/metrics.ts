/** Figures in Prometheus' text format: histograms that cost an increment, and everything else read when it is asked for. */

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: readonly (readonly [suffix: string, ...Sample])[];
}

export function counter(name: string, help: string, ...samples: Sample[]): Metric {
  return { name, help, type: 'counter', samples: samples.map((sample) => ['', ...sample] as const) };
}

export function gauge(name: string, help: string, ...samples: Sample[]): Metric {
  return { name, help, type: 'gauge', samples: samples.map((sample) => ['', ...sample] as const) };
}

/** Counts by one label. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(key: string, times = 1): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + times);
  }

  samples(label: string): Sample[] {
    return [...this.#counts].map(([key, count]) => [{ [label]: key }, count]);
  }
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** Upper bounds, ascending; one without a bound is added. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.#bounds.length && value > this.#bounds[at]!) at++;
    this.#counts[at]!++;
    this.#sum += value;
  }

  metric(name: string, help: string): Metric {
    let total = 0;
    const buckets = this.#counts.map((count, at) => {
      total += count;
      return [
        '_bucket',
        { le: at < this.#bounds.length ? String(this.#bounds[at]) : '+Inf' },
        total,
      ] as const;
    });
    const samples = [...buckets, ['_sum', {}, this.#sum] as const, ['_count', {}, total] as const];
    return { name, help, type: 'histogram', samples };
  }
}

export function printMetrics(metrics: readonly Metric[]): string {
  let text = '';
  for (const { name, help, type, samples } of metrics) {
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [suffix, labels, value] of samples) {
      const inside = Object.entries(labels).map(([key, label]) => `${key}=${JSON.stringify(label)}`);
      text += `${name}${suffix}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}\n`;
    }
  }
  return text;
}
