// Server-sent events read with fetch: EventSource cannot send an Authorization header.

export interface StreamEvent {
  type: string;
  data: string;
}

/** Takes the text of a stream in any pieces, gives the whole events (WHATWG HTML, section 9.2.6). */
export class EventParser {
  private rest = "";
  private type = "";
  private data: string[] = [];

  feed(text: string): StreamEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    const events: StreamEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.data.length > 0) events.push({ type: this.type || "message", data: this.data.join("\n") });
        this.type = "";
        this.data = [];
      } else if (line.startsWith("event:")) this.type = line.slice(6).trim();
      else if (line.startsWith("data:")) this.data.push(line.slice(5).replace(/^ /, ""));
    }
    return events;
  }
}

/** The engine says that it is there every 15 s; silence for twice as long is a lost connection. */
const silenceMax = 32_000;
const firstDelay = 500;
const delayMax = 15_000;

export interface StreamListener {
  onEvent(event: StreamEvent): void;
  /** Once for each connection, before its events. */
  onOpen(): void;
  /** `retryAt`: when the next attempt comes. */
  onLost(retryAt: number): void;
}

/** Keeps a stream open until it is stopped; between attempts it waits longer and longer. */
export function followStream(
  open: (signal: AbortSignal) => Promise<Response>,
  listener: StreamListener,
): { stop(): void; retryNow(): void } {
  let stopped = false;
  let delay = firstDelay;
  let wake: () => void = () => {};
  let abort = new AbortController();

  async function readOnce() {
    abort = new AbortController();
    const current = abort;
    let silence = setTimeout(() => current.abort(), silenceMax);
    try {
      const answer = await open(current.signal);
      if (!answer.body) return;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new EventParser();
      listener.onOpen();
      delay = firstDelay;
      for (;;) {
        const { done, value } = await reader.read();
        if (done || stopped) return;
        clearTimeout(silence);
        silence = setTimeout(() => current.abort(), silenceMax);
        for (const event of parser.feed(value)) listener.onEvent(event);
      }
    } catch {
      // Every end of a connection is the same to us: it is tried again.
    } finally {
      clearTimeout(silence);
    }
  }

  async function follow() {
    while (!stopped) {
      await readOnce();
      if (stopped) return;
      // Not all pages of an engine that comes back are to knock at the same moment.
      const wait = delay * (0.75 + Math.random() / 2);
      listener.onLost(Date.now() + wait);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      delay = Math.min(delay * 2, delayMax);
    }
  }

  void follow();
  return {
    stop() {
      stopped = true;
      abort.abort();
      wake();
    },
    retryNow() {
      delay = firstDelay;
      wake();
    },
  };
}
