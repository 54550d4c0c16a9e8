import { memo } from "react";
import type { Campaign } from "../../api/types";
import { useWords } from "../../i18n/words";
import { done, segmentNames, segments } from "./progress";

/** The live bar and its legend. The legend is what a screen reader reads; the bar is a picture of it. */
export const ProgressBar = memo(function ProgressBar({ campaign }: { campaign: Campaign }) {
  const words = useWords();
  const total = campaign.counts.total;
  const sizes = segments(campaign);
  const present = segmentNames.filter((name) => sizes[name] > 0);
  const percent = total > 0 ? Math.floor((done(campaign) * 100) / total) : 0;
  return (
    <div className="progress">
      <div
        className="bar"
        role="progressbar"
        aria-label={words.card.progress}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={words.card.done(done(campaign), total)}
      >
        {present.map((name) => (
          <span key={name} data-segment={name} style={{ flexGrow: sizes[name] }} />
        ))}
      </div>
      <ul className="legend">
        {present.map((name) => (
          <li key={name} data-segment={name}>
            <b>{words.formats.count(sizes[name])}</b> {words.segments[name]}
            {name === "deferred" && campaign.refusals.provisional > 0 && `, ${words.card.refusedForNow(campaign.refusals.provisional)}`}
          </li>
        ))}
      </ul>
    </div>
  );
});
