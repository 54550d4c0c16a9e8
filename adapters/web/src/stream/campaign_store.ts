// Every campaign by id, as the stream tells them. Changes are handed out once an animation frame, however many
// came; a card hears only of its own campaign, the list only of what may change which cards there are. The same stream
// tells how far the engine's own log has come: a browser has few connections to one engine for all of its tabs.
import type { Client } from "../api/client";
import type { Campaign } from "../api/types";
import { followStream, type StreamEvent } from "./event_stream";

export interface Connection {
  /** "opening" before the first state is whole. */
  state: "opening" | "live" | "lost";
  /** When it was lost. */
  since: number | null;
}

type Listener = () => void;

/** The engine tells of all that send in one breath: fifty cards drawn anew at once would cost a visible hitch. */
const drawnPerFrame = 8;
/** Milliseconds between two lists while the first state comes in pieces: each piece puts other cards on top. */
const listWhileOpening = 300;

export class CampaignStore {
  private readonly byId = new Map<string, Campaign>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly listListeners = new Set<Listener>();
  private readonly connectionListeners = new Set<Listener>();
  private readonly houseListeners = new Set<Listener>();
  private house = 0;
  private connection: Connection = { state: "opening", since: null };
  private snapshot: readonly Campaign[] = [];

  private incoming = new Map<string, Campaign | null>();
  private seenSinceOpen: Set<string> | null = null;
  private isCaughtUp = false;
  private isListOwed = false;
  private listGivenAt = -Infinity;
  private isScheduled = false;
  private stream: { stop(): void; retryNow(): void } | null = null;

  constructor(private readonly client: Client) {}

  start(): void {
    this.stream = followStream((signal) => this.client.fetch("GET", "/v1/stream?form=brief&house=true", { signal }), {
      onOpen: () => {
        this.seenSinceOpen = new Set();
      },
      onLost: () => {
        this.seenSinceOpen = null;
        this.isCaughtUp = false;
        if (this.connection.state !== "lost") this.setConnection({ state: "lost", since: Date.now() });
      },
      onEvent: (event) => this.take(event),
    });
  }

  stop(): void {
    this.stream?.stop();
  }

  retryNow(): void {
    this.stream?.retryNow();
  }

  get(id: string): Campaign | undefined {
    return this.byId.get(id);
  }

  /** All of them, the same array until a campaign comes, goes, changes its status or name, or comes in or out of doubt. */
  all = (): readonly Campaign[] => this.snapshot;
  currentConnection = (): Connection => this.connection;
  /** The number of the last event of the engine's own log; 0 until it is told. */
  lastOfHouse = (): number => this.house;

  subscribe(id: string, listener: Listener): () => void {
    const set = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(id);
    };
  }

  subscribeList = (listener: Listener): (() => void) => {
    this.listListeners.add(listener);
    return () => this.listListeners.delete(listener);
  };

  subscribeConnection = (listener: Listener): (() => void) => {
    this.connectionListeners.add(listener);
    return () => this.connectionListeners.delete(listener);
  };

  subscribeHouse = (listener: Listener): (() => void) => {
    this.houseListeners.add(listener);
    return () => this.houseListeners.delete(listener);
  };

  private take(event: StreamEvent): void {
    if (event.type === "house") {
      this.house = (JSON.parse(event.data) as { number: number }).number;
      this.houseListeners.forEach((tell) => tell());
      return;
    }
    if (event.type === "campaign") {
      const campaign = JSON.parse(event.data) as Campaign;
      this.seenSinceOpen?.add(campaign.id);
      this.incoming.set(campaign.id, campaign);
    } else if (event.type === "gone") {
      this.incoming.set((JSON.parse(event.data) as { id: string }).id, null);
    } else if (event.type === "caught_up") {
      // Whatever was not told of on this connection was discarded while there was none.
      for (const id of this.byId.keys()) if (!this.seenSinceOpen?.has(id)) this.incoming.set(id, null);
      this.seenSinceOpen = null;
      this.isCaughtUp = true;
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    // A page in the background gets no animation frames, and must not pile up work either.
    if (document.visibilityState === "hidden") setTimeout(() => this.apply(), 1000);
    else requestAnimationFrame(() => this.apply());
  }

  private apply(): void {
    this.isScheduled = false;
    const changes = this.incoming;
    this.incoming = new Map();
    let drawn = 0;
    for (const [id, next] of changes) {
      const listeners = this.listeners.get(id);
      if (listeners && drawn === drawnPerFrame) {
        this.incoming.set(id, next);
        continue;
      }
      const old = this.byId.get(id);
      if (next) this.byId.set(id, next);
      else this.byId.delete(id);
      this.isListOwed ||= !next || !old || old.status !== next.status || old.name !== next.name;
      // Which campaigns have something in doubt is a list too.
      this.isListOwed ||= !old?.counts.in_doubt !== !next?.counts.in_doubt;
      if (!listeners) continue;
      ++drawn;
      listeners.forEach((tell) => tell());
    }
    this.giveList();
    if (this.isCaughtUp) {
      // Not before the list: there would be a moment without campaigns.
      this.isCaughtUp = false;
      this.setConnection({ state: "live", since: null });
    }
    if (this.incoming.size > 0 || this.isListOwed) this.schedule();
  }

  private giveList(): void {
    if (!this.isListOwed) return;
    const isOpening = this.connection.state === "opening" && !this.isCaughtUp;
    if (isOpening && performance.now() - this.listGivenAt < listWhileOpening) return;
    this.isListOwed = false;
    this.listGivenAt = performance.now();
    this.snapshot = [...this.byId.values()];
    this.listListeners.forEach((tell) => tell());
  }

  private setConnection(next: Connection): void {
    this.connection = next;
    this.connectionListeners.forEach((tell) => tell());
  }
}
