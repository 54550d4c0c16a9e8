// What the API answers: messages/view_json.cpp, campaign_json.cpp and answer_json.cpp say the same in C++.

export type Status =
  | "draft"
  | "moderation"
  | "preparing"
  | "sending"
  | "paused"
  | "sent"
  | "cancelled"
  | "rejected";

export type Role = "watcher" | "viewer" | "operator" | "moderator" | "admin";

export interface Me {
  name: string;
  role: Role;
  /** What this token may be used to command at all. */
  commands: Command[];
  /** Of a session that a cookie stands for: what requests that change something carry. */
  csrf?: string;
}

/** messages/command.hpp */
export type Command =
  | "start"
  | "approve"
  | "reject"
  | "pause"
  | "resume"
  | "release"
  | "cancel"
  | "edit"
  | "discard"
  | "resend_doubt"
  | "give_up_doubt"
  | "accept_refusals"
  | "retry_refusals";

/** What the engine has to say, as data (messages/notice.hpp): a code, its parameters, and what led to it. */
export interface Notice {
  code: string;
  causes?: Notice[];
  [parameter: string]: unknown;
}

export interface Plan {
  start_at?: string;
  parts?: { size: number; every: string; growth: number };
}

export interface Counts {
  total: number;
  due: number;
  pending: number;
  in_flight: number;
  accepted: number;
  refused: number;
  deferred: number;
  skipped: number;
  in_doubt: number;
}

/** What became of the letters that were in flight at a pause or a cancel. */
export interface Drain {
  since: string;
  in_flight: number;
  accepted: number;
  refused: number;
  deferred: number;
  in_doubt: number;
  returned: number;
  ended_at: string | null;
}

export interface Hold {
  by: string;
  reason: "operator" | "spam_suspicion" | "relay_refuses" | "content_changed" | "approval_expired";
  text: string;
  notice: Notice | null;
  since: string;
  /** So many letters leave first when it is lifted; 0: no trial. */
  trial: number;
}

/** Who has to approve a campaign, as fixed when it was started, and who did. */
export interface Approvals {
  needed: number;
  given: { by: string; at: string; words: string; expires_at: string | null }[];
  /** Neither its author nor who edited it last may. */
  two_people: boolean;
  author: string;
  last_editor: string;
  expires_at: string | null;
}

/** A campaign as the stream tells it: without the message's `text` and `html`. */
export interface Campaign {
  id: string;
  name: string;
  from: string;
  reply_to: string;
  subject: string;
  unsubscribe_url: string;
  plan: Plan;
  on_doubt: "resend" | "hold";
  /** The sending server that it names, where there are several. */
  relay?: string;
  // What it does not have is not there.
  to_name?: string;
  preheader?: string;
  /** The list's name; the audience's where there is none. */
  list?: string;
  unsubscribe_mailto?: string;
  envelope_sender?: string;
  headers?: Record<string, string>;
  attachments?: Attachment[];
  text_from_html?: boolean;
  allow_unknown_fields?: boolean;
  tags?: string[];
  /** Of several sending servers those that fail, while others take over. */
  relays_failing?: { name: string; trouble: { since: string; text: string; notice: Notice | null } }[];
  /** Letters that are perhaps there twice. */
  accepted_resent?: number;
  status: Status;
  stage: Exclude<Status, "paused">;
  hold: Hold | null;
  audience: { id: string; name: string; size: number } | null;
  plan_words: string;
  created_at: string;
  changed_at: string;
  /** When its start was asked for: since then it waits, if it waits for a moderator. */
  submitted_at: string | null;
  starts_at: string | null;
  next_part: { at: string; letters: number } | null;
  released: boolean;
  counts: Counts;
  rate: number;
  relay_trouble: RelayTrouble | null;
  /** What its server was found to bear, while that is less than the settings allow. */
  relay_pace: { letters_per_second: number | null; connections: number; connections_max: number; text: string } | null;
  /** Letters that are put off, with when the first leaves again and what was said last. */
  delays: { letters: number; next_at: string | null; last: { text: string; letters: number } | null } | null;
  /** After a hold of the engine's: so many letters leave first, and what became of them so far. */
  trial: { letters: number; outcomes: { begun: number; accepted: number; refused: number; others: number } } | null;
  /** Of those that are deferred: how many are refused, but not for good. */
  refusals: { provisional: number };
  drain: Drain | null;
  moderation: { reasons: string[]; notices: Notice[]; words: string; content_hash: string; approvals?: Approvals };
  /** What would change something now, whoever may give it. */
  allowed: Command[];
  version: number;
  fault: string | null;
  fault_notice: Notice | null;
}

/** A file that each letter carries, or each recipient's own. */
export interface Attachment {
  id?: string;
  name?: string;
  type?: string;
  /** The HTML shows it, as `cid:…`. */
  content_id?: string;
  /** The recipient's field that has the id of their own. */
  column?: string;
}

/** A file that the engine keeps. */
export interface StoredAttachment {
  id: string;
  name: string;
  type: string;
  bytes: number;
  added_at: string;
}

/** What was done outside campaigns. */
export interface HouseEvent {
  number: number;
  at: string;
  /** The token's name; nothing: the engine. */
  by?: string;
  text: string;
  notice: Notice;
}

/** A piece of template that campaigns have in common; lists have no contents. */
export interface StoredPartial {
  name: string;
  version: number;
  changed_at: string;
  changed_by: string;
  content?: string;
}

/** What the engine says, with the notice that it is. */
export interface Said {
  text: string;
  notice: Notice | null;
}

/** What `check` answers. */
export interface Checked {
  reasons: string[];
  notices: Notice[];
  passes: boolean;
  /** Why `start` would be refused. */
  refused: Said | null;
  warnings: Said[];
  /** Letters that cannot be made, of those that were tried. */
  faults: (Said & { index: number; email: string })[];
}

/** One of several sending servers. */
export interface Relay {
  /** Of [relays.NAME]; empty: the one of [relay], which no campaign can name. */
  name: string;
  standby: boolean;
  trouble: { since: string; text: string; notice: Notice | null } | null;
}

export interface RelayTrouble {
  since: string;
  text: string;
  notice: Notice | null;
  /** Whose it is. */
  about: "relay" | "account";
  advice: { text: string; notice: Notice | null } | null;
  /** Tries in vain, as of when the campaign was asked for; without `next_at` one is under way. */
  tries: { count: number; since: string; next_at: string | null } | null;
}

/** A campaign asked for by itself: with the message. */
export interface WholeCampaign extends Campaign {
  text: string;
  html: string;
}

/** What making and changing a draft answer. */
export interface SavedDraft extends WholeCampaign {
  /** What may be wrong with its letters. */
  warnings?: Said[];
}

export interface CommandAnswer {
  status: Status;
  changed: boolean;
  version: number;
  in_flight: number;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Audience {
  id: string;
  name: string;
  size: number;
  columns: string[];
  role_addresses: number;
  created_at: string;
  /** Of what its import left out; an audience of before says nothing of it. */
  left_out_total?: number;
  /** Each with its `count`. */
  left_out_reasons?: Notice[];
  /** The first of them. */
  left_out?: LeftOutRow[];
  read?: ListReading;
}

/** Who gets no letter. */
export interface Suppression {
  /** "ann@example.com", or "@example.com" for a whole domain. */
  email: string;
  reason: string;
  since: string;
  /** It counts for letters of this list only; nothing: for all. */
  list?: string | null;
  until?: string | null;
}

export interface LeftOutRow {
  line: number;
  reason: string;
  notice: Notice;
  /** What stood there. */
  cell?: string;
}

/** How a list was read. What it has not is empty. */
export interface ListReading {
  format: "csv" | "json_lines" | "xlsx";
  encoding?: string;
  delimiter?: string;
  sheet?: string;
  email_column?: string | null;
  /** What was found out or put right, with counts. */
  notices?: Notice[];
}

/** The beginning of a file as it would be read. */
export interface FilePreview extends ListReading {
  /** The first line names the columns. */
  header: boolean;
  columns: string[];
  rows: string[][];
  sheets: string[];
}

/** What became of an imported file. */
export interface ImportReport extends Audience {
  left_out: LeftOutRow[];
  left_out_total: number;
  /** What was put right, each with its `count`. */
  notices?: Notice[];
  left_out_by_reason: Record<string, number>;
  /** The same, each with its `count`. */
  left_out_notices: Notice[];
  /** The page's own: so many files went before it, and the column that names them. */
  files?: { column: string; count: number };
}

export interface AudienceRow {
  index: number;
  email: string;
  /** Texts; lists and objects where a JSON Lines file had them. */
  fields?: Record<string, unknown>;
}

export interface PlannedPart {
  part: number;
  at: string;
  letters: number;
  /** Due from this part on, this one included. */
  total: number;
}

export interface Timetable extends Page<PlannedPart> {
  /** How many letters are due from when on, in as many points as were asked for. */
  curve: [at: string, due: number][];
  ends_at: string;
}

/** A file in a letter. */
export interface LetterFile {
  name: string;
  type: string;
  bytes: number;
  content_id?: string;
}

/** A letter taken apart, as it would leave. */
export interface Letter {
  subject: string;
  from: string;
  to: string;
  html: string;
  text: string;
  attachments?: LetterFile[];
  /** As it goes over the wire (RFC 5322). */
  source: string;
}

export interface Reply {
  code: number;
  enhanced: string;
  text: string;
  /** Where no server said it. */
  notice?: Notice | null;
}

/** A letter as lists show it. */
export interface LetterRow {
  index: number;
  email: string;
  attempts: number;
  outcome: LetterState;
  last_reply: Reply | null;
  changed_at: string | null;
  retry_at: string | null;
  message_id: string;
  /** With deferred: it is refused, but not for good. */
  provisional: boolean;
}

export type LetterState = "pending" | "in_flight" | "accepted" | "refused" | "deferred" | "skipped" | "in_doubt";

/** The same answer, given to many letters. */
export interface ResponseGroup extends Reply {
  count: number;
  first_seen: string;
  last_seen: string;
  example: string;
  example_letter: number;
}

/** Why a letter has not gone, or what became of it. */
export interface Why {
  address: string;
  index: number;
  state: LetterState;
  code: string;
  text: string;
  notice: Notice;
  until: string | null;
  also: { code: string; text: string; notice: Notice; until: string | null }[];
}

/** An event of a campaign's log: what is common to all; the rest by `t` (messages/event_json.hpp). */
export interface LogEvent {
  number: number;
  at: string;
  by?: string;
  t: string;
  [field: string]: unknown;
}

/** How a campaign went; step curves. */
export interface Progress {
  t0: string | null;
  total: number;
  plan: [at: string, due: number][];
  left: [at: string, left: number][];
  outcomes: { at: string; accepted: number; refused: number; skipped: number; in_doubt: number; deferrals: number }[];
  pauses: [from: string, to: string | null][];
  released_at: string | null;
  restarts: string[];
  ended_at: string | null;
  now: string;
}
