/** One POST to an endpoint, over connections that stay open. */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

export interface Reply {
  status: number;
  /** The beginning of it. */
  text: string;
}

const kept = 4_000;

export class Poster {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #timeoutMs: number;

  constructor(parallel: number, timeoutMs: number) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets: parallel });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: parallel });
    this.#timeoutMs = timeoutMs;
  }

  /** Null: no answer. */
  post(url: string, headers: Record<string, string>, body: string): Promise<Reply | null> {
    const bytes = Buffer.from(body, 'utf8');
    const isSecure = url.startsWith('https:');
    return new Promise((resolve) => {
      const request = (isSecure ? requestHttps : requestHttp)(
        url,
        {
          method: 'POST',
          agent: isSecure ? this.#https : this.#http,
          timeout: this.#timeoutMs,
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Svix-Webhooks/1.76 (local Resend)',
            'content-length': `${bytes.length}`,
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            if (text.length < kept) text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.on('error', () => resolve(null));
        },
      );
      request.on('timeout', () => request.destroy(new Error('No answer in time.')));
      request.on('error', () => resolve(null));
      request.end(bytes);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}
