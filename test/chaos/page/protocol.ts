/** What the test and the page say to each other. */
export interface ClientPlan {
  /** Clients with the same room write and read the same things. */
  room: string;
  client: string;
  url: string;
  seed: number;
  steps: number;
}

export interface ClientReport {
  room: string;
  client: string;
  done: boolean;
  step: number;
  /** What increments answered. */
  increments: number[];
  /** Bodies of messages whose mutation resolved. */
  sent: string[];
  /** What no correct server and client could have shown. */
  complaints: string[];
  counter: number | undefined;
  bodies: string[] | undefined;
  paged: { bodies: string[]; status: string };
  connections: number;
}

export interface PageApi {
  start(plans: ClientPlan[]): void;
  reports(): ClientReport[];
}
