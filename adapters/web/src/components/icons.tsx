// Our few signs, drawn in the text's own colour. They only accompany words, so a screen reader skips them.
import type { Status } from "../api/types";

const paths = {
  pause: "M5.5 3v10M10.5 3v10",
  play: "M5 3.2v9.6L12.5 8z",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.5l3.2 3L13 4.5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14",
  settings: "M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M10.2 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM5.8 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  warning: "M8 2.5L14 13H2zM8 6.5v3M8 11.3h.01",
  pencil: "M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 9.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6",
  send: "M14 2L2 7l4.6 2.4L9 14zM14 2L6.6 9.4",
  stop: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4",
  mail: "M2 3.5h12v9H2zM2 4.2l6 4.6 6-4.6",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

const signs: Record<Status, IconName> = {
  draft: "pencil",
  moderation: "eye",
  preparing: "clock",
  sending: "send",
  paused: "pause",
  sent: "check",
  cancelled: "stop",
  rejected: "close",
};

export function StatusSign({ status, label }: { status: Status; label: string }) {
  return (
    <span className="status" data-status={status}>
      <Icon name={signs[status]} />
      {label}
    </span>
  );
}
