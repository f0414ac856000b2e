export type Answer<T = unknown> = Readonly<{
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON, or undefined when the answer is none. */
  body: T;
}>;

type Sent = { body?: unknown; raw?: BodyInit; headers?: Record<string, string> };

/** Somebody who talks to a server: headers that go with every request. */
export class Client {
  constructor(
    readonly url: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  with(headers: Record<string, string>): Client {
    return new Client(this.url, { ...this.headers, ...headers });
  }

  /** `body` is sent as JSON, `raw` as it is. Redirects are answers like others. */
  async send<T = unknown>(method: string, path: string, { body, raw, headers }: Sent = {}): Promise<Answer<T>> {
    const json: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...json, ...this.headers, ...headers },
      body: body === undefined ? raw : JSON.stringify(body),
      redirect: "manual",
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") && text !== "";
    return { status: answer.status, headers: answer.headers, text, body: (isJson ? JSON.parse(text) : undefined) as T };
  }

  get<T = unknown>(path: string, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.send("GET", path, { headers });
  }

  post<T = unknown>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.send("POST", path, { body, headers });
  }

  put<T = unknown>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send("PUT", path, { body });
  }

  delete<T = unknown>(path: string): Promise<Answer<T>> {
    return this.send("DELETE", path);
  }
}

/** The cookies that an answer sets, as a browser sends them back. */
export function cookiesOf(answer: Answer): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0] as string)
    .filter((pair) => !pair.endsWith("="))
    .join("; ");
}
