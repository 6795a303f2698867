/** One POST to an endpoint, over connections that stay open. */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** Deliveries under way at once. */
const parallel = 64;
/** How long an endpoint may take to answer. */
const timeoutMs = 15_000;

export class Poster {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: parallel });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: parallel });

  /** The status of the answer; null: there was none. */
  post(url: string, headers: Record<string, string>, body: string): Promise<number | null> {
    const bytes = Buffer.from(body, 'utf8');
    const isSecure = url.startsWith('https:');
    return new Promise((resolve) => {
      const request = (isSecure ? requestHttps : requestHttp)(
        url,
        {
          method: 'POST',
          agent: isSecure ? this.#https : this.#http,
          timeout: timeoutMs,
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Svix-Webhooks/1.76 (local Resend)',
            'content-length': `${bytes.length}`,
            ...headers,
          },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
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
