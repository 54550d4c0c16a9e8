// Asks the engine. Every failure is an ApiError with the engine's own words (RFC 9457), or `unreachable`.
import type { CommandAnswer, Me, Notice, WholeCampaign } from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** The engine's stable code, or "unreachable". */
    readonly code: string,
    /** The engine's words. */
    readonly text: string,
    /** What they say; of what is no engine there is none. */
    readonly notice: Notice | null = null,
  ) {
    super(text);
  }
}

function unreachable(): ApiError {
  return new ApiError(0, "unreachable", "the engine cannot be reached", { code: "unreachable" });
}

interface Problem {
  code?: string;
  detail?: string;
  notice?: Notice;
}

function refusal(status: number, { code = "internal", detail = `HTTP ${status}`, notice }: Problem): ApiError {
  return new ApiError(status, code, detail, notice ?? null);
}

/** Whatever was thrown, as something that can be said. */
export function spokenOf(fault: unknown): { notice?: Notice | null; text: string } {
  return fault instanceof ApiError ? fault : { text: fault instanceof Error ? fault.message : String(fault) };
}

export type CommandName = "start" | "approve" | "reject" | "pause" | "resume" | "release" | "cancel";

/** One for each decision of a person: the engine answers its second arrival with the first one's answer. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "page-" + Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

export interface RequestOptions {
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export class Client {
  /** What the engine wants to hear from a page that is signed in by a cookie: see `me`. */
  private csrf = "";

  /**
   * Without a token the browser's cookie says who asks. `onUnauthenticated` is called when the token or the session is not, or no
   * longer, known.
   */
  constructor(
    private readonly token: string,
    private readonly onUnauthenticated: () => void = () => {},
  ) {}

  private get identity(): Record<string, string> {
    if (this.token) return { Authorization: `Bearer ${this.token}` };
    return this.csrf ? { "X-Sluice-CSRF": this.csrf } : {};
  }

  /** The raw answer of a success; bodies of any type (CSV, a stream) pass through here. */
  async fetch(method: string, path: string, options: RequestOptions & { raw?: BodyInit } = {}): Promise<Response> {
    const headers = this.identity;
    if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
    if (options.body !== undefined) headers["Content-Type"] = "application/json";
    const init: RequestInit = { method, headers, cache: "no-store", credentials: this.token ? "omit" : "same-origin" };
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    if (options.raw !== undefined) init.body = options.raw;
    if (options.signal) init.signal = options.signal;
    let answer: Response;
    try {
      answer = await fetch(path, init);
    } catch (fault) {
      if (options.signal?.aborted) throw fault;
      throw unreachable();
    }
    if (answer.ok) return answer;
    if (answer.status === 401) this.onUnauthenticated();
    throw refusal(answer.status, (await answer.json().catch(() => ({}))) as Problem);
  }

  async json<Answer>(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return (await (await this.fetch(method, path, options)).json()) as Answer;
  }

  /** Sends a file and tells how many bytes of it have left: fetch() cannot. */
  upload<Answer>(path: string, file: Blob | FormData, onProgress: (sent: number) => void, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", path);
      for (const [name, value] of Object.entries(this.identity)) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => onProgress(event.loaded);
      request.onabort = () => reject(new DOMException("given up", "AbortError"));
      request.onerror = () => reject(unreachable());
      request.onload = () => {
        let answer: Problem = {};
        try {
          answer = JSON.parse(request.responseText) as typeof answer;
        } catch {
          // Not ours, but a proxy's: the status says enough.
        }
        if (request.status === 401) this.onUnauthenticated();
        if (request.status >= 200 && request.status < 300) resolve(answer as Answer);
        else reject(refusal(request.status, answer));
      };
      signal.addEventListener("abort", () => request.abort());
      request.send(file);
    });
  }

  async me(signal?: AbortSignal): Promise<Me> {
    const me = await this.json<Me>("GET", "/v1/me", signal ? { signal } : {});
    this.csrf = me.csrf ?? "";
    return me;
  }

  /** Ends the session of a cookie; a token has none. */
  async signOut(): Promise<void> {
    if (!this.token) await this.fetch("POST", "/v1/sign-out", { body: {} });
  }

  campaign(id: string, signal?: AbortSignal): Promise<WholeCampaign> {
    return this.json("GET", `/v1/campaigns/${encodeURIComponent(id)}?full=true`, signal ? { signal } : {});
  }

  command(id: string, what: CommandName, idempotencyKey: string, reason = ""): Promise<CommandAnswer> {
    return this.json("POST", `/v1/campaigns/${encodeURIComponent(id)}/${what}`, {
      body: reason ? { reason } : {},
      idempotencyKey,
    });
  }
}
