// Keeps what is typed: at once in this browser, and as a draft in the engine as soon as it takes one. What both
// have the browser forgets. Nothing that somebody else wrote meanwhile is written over unasked.
import { ApiError, newIdempotencyKey, type Client } from "../../api/client";
import type { Checked, Said, SavedDraft, Status, WholeCampaign } from "../../api/types";
import type { CampaignStore } from "../../stream/campaign_store";
import { contentOf, difference, emptyForm, formOf, givenBySettings, headersPatch, isSame, missing, newContent, type Content, type Form } from "./draft_form";
import { drop, find, keep, type Kept } from "./kept_drafts";
import type { Step } from "./steps";

export type Saving =
  | { state: "untouched" }
  /** The engine would not take it yet. */
  | { state: "local" }
  | { state: "saving" }
  | { state: "saved"; at: number }
  | { state: "offline" }
  | { state: "refused"; why: ApiError }
  /** Somebody else changed the same draft. */
  | { state: "conflict"; theirs: WholeCampaign }
  /** Somebody discarded it. */
  | { state: "gone" }
  /** It is no draft any more. */
  | { state: "started"; status: Status };

const quietMs = 700;
const againMs = 2500;

export class DraftKeeper {
  form: Form;
  step: Step;
  id: string | null;
  saving: Saving = { state: "untouched" };
  /** What may be wrong with the letters of what was last saved; null: the engine was not asked yet. */
  warnings: Said[] | null = null;
  /** Of this keeper, as long as the page lives. */
  readonly name = newIdempotencyKey();

  private visited = new Set<Step>();
  private base: Content | null = null;
  private version = 0;
  private creation: string;
  private key: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private underWay: Promise<void> | null = null;
  private unanswered: { patch: string; key: string } | null = null;
  /** Sent since `base`, without an answer: the engine may have any of them. */
  private sent: Content[] = [];
  private isOpen = false;
  private isKept = true;
  private listeners = new Set<() => void>();
  private unfollow: () => void = () => {};
  /** Audiences of which much was left out, and which somebody wants nevertheless. */
  private acceptedLists = new Set<string>();
  private isSeen = false;
  private isStarting = false;
  private isAsking = false;

  constructor(
    private readonly client: Client,
    private readonly campaigns: CampaignStore,
    private readonly person: string,
    from: { key: string; kept: Kept | null } | { campaign: WholeCampaign; step: Step },
    private readonly onCreated: (id: string) => void = () => {},
  ) {
    if ("campaign" in from) {
      this.id = from.campaign.id;
      this.key = this.id;
      this.form = formOf(from.campaign);
      this.step = from.step;
      this.visited.add("plan");
      this.creation = "";
      this.takeBase(from.campaign);
      this.saving = { state: "saved", at: Date.parse(from.campaign.changed_at) };
      const kept = find(person, this.key);
      if (kept) this.form = kept.form;
      if (kept && kept.version !== this.version && !this.isClean()) this.saving = { state: "conflict", theirs: from.campaign };
      if (this.isClean()) drop(person, this.key);
    } else {
      this.id = null;
      this.key = from.key;
      this.form = from.kept?.form ?? emptyForm();
      this.step = from.kept?.step ?? "audience";
      this.creation = from.kept?.creation ?? newIdempotencyKey();
      if (from.kept) this.saving = { state: "local" };
    }
  }

  /** Begins to follow the engine; the function ends it, and leaves what is unsaved in the browser. */
  open(): () => void {
    const unsubscribe = this.campaigns.subscribeConnection(() => {
      if (this.campaigns.currentConnection().state === "live") this.soon(0);
    });
    this.isOpen = true;
    this.follow();
    if (!this.isClean()) this.soon(0);
    return () => {
      this.isOpen = false;
      unsubscribe();
      this.unfollow();
      if (this.timer !== undefined) void this.flush();
      clearTimeout(this.timer);
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  change(next: Partial<Form>): void {
    this.form = { ...this.form, ...next };
    if (this.saving.state === "saved" && !this.isClean()) this.saving = { state: "saving" };
    this.keepHere();
    if (this.isFree()) this.soon(quietMs);
    this.tell();
  }

  goTo(step: Step): void {
    this.visited.add(this.step).add(step);
    this.step = step;
    if (this.id) sessionStorage.setItem(`sluice.step.${this.id}`, step);
    else if (this.saving.state !== "untouched") this.keepHere();
    this.tell();
  }

  /** Of a draft that is taken up again nothing was said yet: the engine is asked once. */
  async askWarnings(): Promise<void> {
    if (!this.id || this.warnings !== null || this.isAsking || !this.form.audience) return;
    this.isAsking = true;
    try {
      const { warnings } = await this.client.json<Pick<Checked, "warnings">>("POST", `/v1/campaigns/${this.id}/check`, { body: {} });
      this.warnings ??= warnings;
      this.tell();
    } catch {
      // The next change brings them; what is wrong with the draft itself is told where it is.
    } finally {
      this.isAsking = false;
    }
  }

  /** Whether neither the engine nor the browser has what is typed. */
  isNowhere(): boolean {
    return !this.isKept && !this.isClean();
  }

  /** Whether a step was looked at; those of a draft that is taken up again were. */
  wasAt(step: Step): boolean {
    return this.visited.has(step);
  }

  /** Whether the engine has all that is typed. */
  isClean(): boolean {
    return this.base !== null && isSame(contentOf(this.form), this.base);
  }

  /** Saves at once; whether the engine has it all then. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.underWay) await this.underWay;
    await this.save();
    return this.isClean() && this.id !== null;
  }

  /** In a conflict: theirs is taken over, or what is typed here is written over it. */
  settle(whose: "theirs" | "mine"): void {
    if (this.saving.state !== "conflict") return;
    const { theirs } = this.saving;
    this.takeBase(theirs);
    if (whose === "theirs") this.form = formOf(theirs);
    this.say({ state: "saved", at: Date.parse(theirs.changed_at) });
    this.keepHere();
    this.soon(0);
  }

  /** Whether the engine asks if an audience is really meant of which much was left out. */
  asksOfLeftOut(): boolean {
    return this.saving.state === "refused" && [this.saving.why.code, this.saving.why.notice?.code].includes("audience_left_out");
  }

  /** It is. */
  acceptLeftOut(): void {
    if (!this.asksOfLeftOut()) return;
    this.acceptedLists.add(this.form.audience);
    // Another request than the one that was refused.
    this.creation = newIdempotencyKey();
    this.unanswered = null;
    this.soon(0);
  }

  /** What was discarded elsewhere begins again as a draft of its own. */
  beginAnew(): void {
    drop(this.person, this.key);
    this.unfollow();
    this.id = null;
    this.base = null;
    this.version = 0;
    this.key = newKey();
    this.creation = newIdempotencyKey();
    this.say({ state: "local" });
    this.keepHere();
    this.soon(0);
  }

  /** Sends the start; the engine carries it out once for each key. Throws what the engine says. */
  async start(idempotencyKey: string): Promise<void> {
    if (!this.id) throw new Error("there is no draft to start");
    this.isStarting = true;
    try {
      await this.client.command(this.id, "start", idempotencyKey);
      drop(this.person, this.key);
    } catch (fault) {
      this.isStarting = false;
      throw fault;
    }
  }

  private isFree(): boolean {
    return !["conflict", "gone", "started"].includes(this.saving.state);
  }

  private keepHere(): void {
    if (this.isClean()) {
      this.isKept = true;
      return drop(this.person, this.key);
    }
    const { form, step, creation, version } = this;
    this.isKept = keep(this.person, this.key, { form, step, creation, version, at: Date.now() });
    if (this.saving.state === "untouched") this.saving = { state: "local" };
    this.tell();
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    if (!this.isOpen) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.save();
    }, ms);
  }

  private save(): Promise<void> {
    this.underWay ??= this.saveOnce().finally(() => {
      this.underWay = null;
      this.look();
    });
    return this.underWay;
  }

  private async saveOnce(): Promise<void> {
    if (!this.isFree() || this.saving.state === "untouched") return;
    const content = contentOf(this.form);
    if (!content || (!this.id && missing(this.form).length > 0)) return this.say({ state: "local" });
    if (this.base && isSame(content, this.base)) return this.settled();
    this.say({ state: "saving" });
    try {
      if (this.id) await this.patch(this.id, content);
      else await this.create(content);
      this.settled();
    } catch (fault) {
      this.failed(fault);
    }
  }

  private settled(): void {
    if (this.isClean()) {
      drop(this.person, this.key);
      this.say({ state: "saved", at: Date.now() });
    } else {
      this.keepHere();
      this.soon(quietMs);
    }
  }

  private async create(content: Content): Promise<void> {
    this.keepHere();
    const wanted = { body: newContent(content), idempotencyKey: this.creation };
    const saved = await this.client.json<SavedDraft>("POST", `/v1/campaigns${this.acceptance()}`, wanted);
    this.form = { ...this.form, ...givenBySettings(this.form, content, saved) };
    this.warnings = saved.warnings ?? [];
    this.takeBase(saved);
    drop(this.person, this.key);
    this.id = this.key = saved.id;
    sessionStorage.setItem(`sluice.step.${saved.id}`, this.step);
    if (this.isOpen) {
      this.follow();
      this.onCreated(saved.id);
    }
  }

  private acceptance(): string {
    return this.acceptedLists.has(this.form.audience) ? "?accept_left_out=true" : "";
  }

  private async patch(id: string, content: Content): Promise<void> {
    const changed: Partial<Content> = this.base ? difference(this.base, content) : content;
    const body = { ...changed, ...(this.base && changed.headers && { headers: headersPatch(this.base, content) }) };
    const patch = JSON.stringify(body);
    const key = this.unanswered?.patch === patch ? this.unanswered.key : newIdempotencyKey();
    this.unanswered = { patch, key };
    this.sent = [...this.sent, { ...content }].slice(-20);
    const path = `/v1/campaigns/${id}${"audience" in body ? this.acceptance() : ""}`;
    const saved = await this.client.json<SavedDraft>("PATCH", path, { body, idempotencyKey: key });
    this.unanswered = null;
    this.warnings = saved.warnings ?? [];
    // In the fields that were not sent somebody else may have been.
    const theirs = formOf(saved);
    const others = difference(content, contentOf(theirs) ?? content);
    for (const field of Object.keys(others) as (keyof Content)[]) {
      if (field in body) continue;
      if (isSame(contentOf(this.form)?.[field], content[field])) this.form = { ...this.form, [field]: theirs[field] };
      Object.assign(content, { [field]: others[field] });
    }
    this.base = content;
    this.version = saved.version;
    this.sent = [];
  }

  private failed(fault: unknown): void {
    if (!(fault instanceof ApiError)) throw fault;
    this.keepHere();
    if (fault.code === "unreachable" || fault.code === "unavailable" || fault.status >= 500) {
      this.say({ state: "offline" });
      this.soon(againMs);
    } else if (fault.status === 404 && this.id) {
      this.say({ state: "gone" });
    } else {
      this.say({ state: "refused", why: fault });
    }
  }

  private takeBase(campaign: WholeCampaign): void {
    this.base = contentOf(formOf(campaign));
    this.version = campaign.version;
    this.sent = [];
  }

  private follow(): void {
    this.unfollow();
    this.isSeen = false;
    if (this.id) this.unfollow = this.campaigns.subscribe(this.id, () => this.look());
    this.look();
  }

  /** Whether the stream tells of something that somebody else did. */
  private look(): void {
    if (!this.id || this.underWay || this.isStarting || !this.isFree()) return;
    const now = this.campaigns.get(this.id);
    if (!now) {
      if (this.isSeen) this.say({ state: "gone" });
      return;
    }
    this.isSeen = true;
    if (now.status !== "draft") return this.say({ state: "started", status: now.status });
    if (now.version <= this.version) return;
    this.underWay = this.reconcile(this.id).finally(() => {
      this.underWay = null;
      this.look();
    });
  }

  private async reconcile(id: string): Promise<void> {
    const theirs = await this.client.campaign(id).catch(() => null);
    if (!theirs || theirs.version <= this.version) return;
    const wasClean = this.isClean();
    const content = contentOf(formOf(theirs));
    if (wasClean || [this.base, contentOf(this.form), ...this.sent].some((one) => isSame(one, content))) {
      this.takeBase(theirs);
      if (wasClean) this.form = formOf(theirs);
      this.say({ state: "saved", at: Date.parse(theirs.changed_at) });
      if (!wasClean) this.soon(0);
    } else {
      this.say({ state: "conflict", theirs });
    }
  }

  private say(next: Saving): void {
    this.saving = next;
    this.tell();
  }

  private number = 0;
  /** Another one after each change, for React. */
  snapshot = (): number => this.number;
  private tell(): void {
    ++this.number;
    this.listeners.forEach((listener) => listener());
  }
}

const newPrefix = "new.";

/** What a draft is kept under before it has an id. */
export function newKey(): string {
  return newPrefix + newIdempotencyKey();
}

export function isNewKey(key: string): boolean {
  return key.startsWith(newPrefix);
}
