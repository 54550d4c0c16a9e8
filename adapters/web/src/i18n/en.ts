import type { Plan } from "../api/types";
import { formatsOf, splitDuration } from "./format";
import { isolated } from "./isolate";

const f = formatsOf("en");
const letters = (n: number) => `${f.count(n)} ${f.plural(n, { one: "letter", other: "letters" })}`;
const campaigns = (n: number) => `${f.count(n)} ${f.plural(n, { one: "campaign", other: "campaigns" })}`;

function interval(every: string): string {
  const [n, unit] = splitDuration(every);
  // The engine says a day as 24 h.
  if (every === "24h") return "day";
  if (n === 1) return ({ s: "second", m: "minute", h: "hour", d: "day" } as Record<string, string>)[unit] ?? `1 ${unit}`;
  const words: Record<string, string> = {
    ms: "ms",
    s: "s",
    m: "min",
    h: "h",
    d: f.plural(n, { one: "day", other: "days" }),
  };
  return `${n} ${words[unit] ?? unit}`;
}

/** Every word of the page. The other languages have the same shape. */
export const en = {
  language: "English",
  formats: f,
  letters,
  campaigns,
  interval,
  plan(plan: Plan, startsAt: string | null): string {
    const start = plan.start_at ?? startsAt;
    const begin = start ? f.moment(start) : "now";
    if (!plan.parts) return `${begin}, all at once`;
    const growth = plan.parts.growth > 0 ? `, growing ${plan.parts.growth}% a day` : "";
    return `${begin}, ${letters(plan.parts.size)} every ${interval(plan.parts.every)}${growth}`;
  },
  frame: {
    skip: "Skip to the campaigns",
    skipToLists: "Skip to the lists",
    skipToStep: "Skip to the new campaign",
    views: "Views",
    language: "Language",
    theme: "Colours",
    themes: { auto: "Like the system", light: "Light", dark: "Dark" },
    settings: "Settings",
    signedInAs: (name: string, role: string) => `${name} · ${role}`,
    signOut: "Sign out",
    roles: { watcher: "watcher", viewer: "viewer", operator: "operator", moderator: "moderator", admin: "admin" },
    close: "Close",
    notLoaded: "This view could not be loaded: the engine cannot be reached. It comes as soon as it answers.",
  },
  tabs: { outgoing: "Outgoing", drafts: "Drafts", finished: "Finished", moderation: "Moderation", doubt: "In doubt", lists: "Lists" },
  newCampaign: "New campaign",
  signIn: {
    title: "Sign in to Sluice",
    token: "Token",
    hint: "The engine leaves one in the file “token” of its data folder. `sluice token create` makes more.",
    submit: "Sign in",
    checking: "Checking…",
    wrong: "This token is not known, or was revoked.",
    broken: "The token in this link is broken: perhaps it was cut off or changed on its way. Copy the whole link, or type the token.",
    unreachable: "The engine cannot be reached. Is it running?",
    ended: "Your token is no longer accepted. Please sign in again.",
    withProvider: "Sign in with your organisation",
    orToken: "or with a token",
  },
  connection: {
    opening: "Connecting…",
    live: "Live",
    lost: (since: string) => `Connection lost since ${since}. What you see may be out of date; trying again.`,
    retry: "Try now",
    regained: "Connected again; everything is up to date.",
  },
  status: {
    draft: "Draft",
    moderation: "On moderation",
    preparing: "Preparing to launch",
    sending: "Sending",
    paused: "Paused",
    sent: "Sent",
    cancelled: "Cancelled",
    rejected: "Rejected",
  },
  card: {
    channel: "E-mail",
    channelLabel: "Channel",
    audience: "Audience",
    noAudience: "none yet",
    recipients: (n: number) => `${f.count(n)} ${f.plural(n, { one: "recipient", other: "recipients" })}`,
    start: "Start",
    noStart: "not started",
    startedBefore: (at: string) => `before ${at}`,
    changed: "Changed",
    plan: "Plan",
    released: "released whole, all at once",
    next: (n: number, at: string) => `next ${letters(n)} at ${at}`,
    rate: (rate: string) => `${rate} letters/s`,
    expectedEnd: (at: string) => `expected end ${at}`,
    done: (done: number, total: number) => `${f.count(done)} of ${letters(total)}`,
    heldBy: (by: string, since: string) => `paused by ${isolated(by)} since ${since}`,
    heldForSpam: (since: string) => `held on suspicion of spam since ${since}`,
    heldForRefusals: (since: string) => `held since ${since} because the sending server refuses its letters`,
    heldForContent: (since: string) => `held since ${since}: what would leave is not what was approved`,
    heldForApproval: (since: string) => `held since ${since}: its approval has expired`,
    refusalIsSenders: "It is about the sender address, not about the recipients: have the server allow it, or verify it with your provider.",
    refusalIsEverybodys: "It is likely about the sender, the account or the message, not about single recipients.",
    mendAndResume: (trial: string) => `Nobody is given up. Look into it, mend it, then resume: ${trial}`,
    resumeEnds: "Nothing is left to send: Resume ends the campaign as it is.",
    trial: (begun: number, total: number, accepted: number, refused: number) =>
      `After the hold ${letters(total)} ${f.plural(total, { one: "leaves", other: "leave" })} first; ${f.count(begun)} left so far: ${f.count(accepted)} accepted, ${f.count(refused)} refused. The rest follows when these were accepted.`,
    refusedForNow: (n: number) => `${f.count(n)} of them refused for now`,
    relayTrouble: (about: "relay" | "account", since: string, text: string) =>
      `${about === "account" ? "Trouble with your account at the sending server" : "Trouble with the sending server"} since ${since}: ${isolated(text)}`,
    tries: (n: number, since: string, next: string | null) =>
      `Tried ${f.count(n)} ${f.plural(n, { one: "time", other: "times" })} since ${since}; ${next ? `next try at ${next}.` : "being tried now."}`,
    relayFails: (name: string, since: string, text: string) =>
      `The sending server “${isolated(name)}” has been failing since ${since}; others take its letters: ${isolated(text)}`,
    paceOfLetters: (rate: string, text: string) =>
      `The sending server takes ${rate} letters a second, so that is the pace for now: ${isolated(text)}`,
    paceOfConnections: (n: number, max: number, text: string) =>
      `The sending server takes ${f.count(n)} of ${f.count(max)} connections for now: ${isolated(text)}`,
    delayed: (n: number, text: string, next: string | null) =>
      `${letters(n)} put off by the server${text ? `, which last said: ${isolated(text)}` : "."}` +
      (next ? ` · They leave again from ${next} on.` : ""),
    inDoubt: (n: number) => `${letters(n)} in doubt ${f.plural(n, { one: "waits", other: "wait" })} for a decision.`,
    decideDoubt: "Look and decide",
    fault: (text: string) => `This campaign is parked: ${isolated(text)}`,
    inFlight: (n: number) => `${letters(n)} still in flight…`,
    drained: (accepted: number, inDoubt: number, refused: number, returned: number) =>
      `drained: ${f.count(accepted)} accepted, ${f.count(inDoubt)} in doubt` +
      (refused > 0 ? `, ${f.count(refused)} refused` : "") +
      (returned > 0 ? `, ${f.count(returned)} not sent` : ""),
    select: (name: string) => `Select ${isolated(name)}`,
    more: (name: string) => `More commands for ${isolated(name)}`,
    progress: "Progress",
  },
  segments: {
    accepted: "accepted",
    in_flight: "in flight",
    accumulated: "accumulated",
    refused: "refused",
    deferred: "to be tried again",
    skipped: "skipped",
    in_doubt: "in doubt",
    to_come: "to come",
    never_sent: "never sent",
  },
  list: {
    search: "Search",
    searchHint: "Name, subject, audience or number",
    sort: "Sort by",
    sorts: { changed: "change", start: "start", name: "name" },
    status: "Status",
    allStatuses: "all",
    shown: (n: number) => campaigns(n),
    selected: (n: number) => `${f.count(n)} selected`,
    selectAll: "Select all shown",
    clear: "Clear selection",
    empty: {
      outgoing: ["Nothing is going out", "Campaigns that are started appear here and stay until their last letter is settled."],
      drafts: ["No drafts", "A campaign that is being put together waits here until it is started."],
      finished: ["Nothing finished yet", "Campaigns that are sent, cancelled or rejected are kept here."],
      moderation: ["Nothing waits for you", "Campaigns whose message or audience needs a look appear here."],
      doubt: ["Nothing is in doubt", "Letters whose reply never came, and which nobody may send twice unasked, are listed here."],
    } as Record<"outgoing" | "drafts" | "finished" | "moderation" | "doubt", [string, string]>,
    noMatch: ["Nothing matches", "No campaign here fits the search and the filter."] as [string, string],
    resetFilters: "Show all",
  },
  commands: {
    edit: "Edit",
    pause: "Pause",
    resume: "Resume",
    look: "Look into it",
    resumeCount: (n: number) => `Resume · ${letters(n)} at once`,
    release: "Release whole",
    cancel: "Cancel",
    details: "Details",
    copy: "Copy…",
    pending: "Working…",
    keep: "Keep as it is",
    retry: "Try again",
    refused: (what: string, why: string) => `${what} was refused: ${isolated(why)}`,
    failed: (what: string) => `${what} could not be sent: the engine cannot be reached. Nothing is known to have changed.`,
    noAnswer: "no answer; nothing is known to have changed",
    nothingChanged: "It was so already; nothing changed.",
  },
  confirm: {
    resumeTitle: (name: string) => `Resume “${isolated(name)}”?`,
    resumeText: (accumulated: number, later: number) =>
      `${letters(accumulated)} accumulated during the pause and ${f.plural(accumulated, { one: "leaves", other: "leave" })} at once.` +
      (later > 0 ? ` ${letters(later)} ${f.plural(later, { one: "keeps its", other: "keep their" })} planned times.` : ""),
    resumeDo: "Resume",
    trialText: (n: number, later: number) =>
      n === 0
        ? "Nothing is left to send: the campaign ends as it is."
        : `${letters(n)} ${f.plural(n, { one: "leaves", other: "leave" })} first` +
          (later > 0 ? "; the rest follows when these were accepted." : ", which is all that are left."),
    releaseTitle: (name: string) => `Release “${isolated(name)}” whole?`,
    releaseText: (n: number) => `${letters(n)} ${f.plural(n, { one: "leaves", other: "leave" })} now, whatever the plan said.`,
    releaseDo: (n: number) => `Release ${letters(n)}`,
    cancelTitle: (name: string) => `Cancel “${isolated(name)}”?`,
    cancelText: (n: number) => `${letters(n)} will never be sent; this cannot be undone.`,
    cancelInFlight: (n: number) => `${letters(n)} in flight may still be delivered and will be counted.`,
    cancelDo: "Cancel the campaign",
    manyTitle: { pause: "Pause", resume: "Resume", cancel: "Cancel" },
    many: (n: number) => campaigns(n),
    manyPause: (n: number) => `No further letter of ${campaigns(n)} will be sent until you resume.`,
    manyTrial: (n: number) =>
      `${campaigns(n)} ${f.plural(n, { one: "was", other: "were" })} held by the engine: there a few letters leave first, and the rest follows when these were accepted.`,
    manySkipped: (n: number) => `${campaigns(n)} of your selection cannot take this command now and ${f.plural(n, { one: "is", other: "are" })} left as ${f.plural(n, { one: "it is", other: "they are" })}.`,
    manyDone: (done: number, failed: number) =>
      `${campaigns(done)} done` + (failed > 0 ? `, ${f.count(failed)} failed` : ""),
  },
  refusals: {
    waiting: (n: number) =>
      `${letters(n)} refused for now: the reason may not be ${f.plural(n, { one: "its recipient", other: "their recipients" })}, so nobody is given up yet.`,
    actions: { accept: "Accept refusals", retry: "Try again" },
    ask: {
      accept: (name: string) => `Accept the refusals of “${isolated(name)}”?`,
      retry: (name: string) => `Try the refused letters of “${isolated(name)}” again?`,
    },
    happens: {
      accept: (n: number) =>
        `${letters(n)} ${f.plural(n, { one: "counts", other: "count" })} as refused, and will not be sent; this cannot be undone.`,
      retry: (n: number) => `${letters(n)} ${f.plural(n, { one: "leaves", other: "leave" })} again.`,
    },
    heldStill: "The campaign is held: they leave when it is resumed.",
    done: { accept: "The refusals are accepted", retry: "The letters leave again" },
  },
  announce: {
    status: (name: string, status: string) => `${isolated(name)}: ${status}`,
  },
  details: {
    title: "Details",
    job: "Job number",
    putIn: "Put in",
    changed: "Changed",
    campaign: "Campaign",
    sender: "Sender",
    replyTo: "Reply to",
    tags: "Tags",
    audience: "Audience",
    subject: "Subject",
    plan: "Plan",
    gone: "This campaign is no longer there.",
  },
};

export type Words = typeof en;
