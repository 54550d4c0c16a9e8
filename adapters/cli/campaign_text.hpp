#pragma once
// A campaign in words: a row of the list, the page of details, a progress line, what comes next and when.
// Pure functions of the view and the time.

#include "adapters/cli/console.hpp"
#include "adapters/cli/table.hpp"
#include "messages/view.hpp"

#include <string>
#include <vector>

namespace sluice::cli {

/// "On moderation", "Sending" … as the interface shows them.
std::string status_words(status shown);
color color_of(status shown);

/// "2026-12-01 09:00:00": UTC, without the parts that a table has no room for.
std::string moment_words(timestamp moment);
/// "3 s", "12 min", "3 h 20 min", "2 d 4 h"; never negative.
std::string span_words(milliseconds span);

/// Letters that have their final outcome.
letter_index final_letters(const letter_counts& counts);
/// Due, and held back by a pause.
letter_index accumulated(const campaign_view& campaign);
/// "20 letters in flight, 3 in doubt" …: the counts that are not 0, final ones first.
std::string counts_words(const letter_counts& counts);
/// "50 letters leave first; the rest follows when these were accepted": what lifting a hold of the engine's costs.
/// `open`: how many letters have no final outcome.
std::string trial_words(letter_index letters, letter_index open);
/// "20 letters were in flight: 18 accepted, 2 in doubt, after 41 ms": what a pause or cancel did.
std::string drain_words(const drain& stop);
/// "300 letters at 09:30:00 (in 4 min)", or what else the campaign waits for.
std::string next_words(const campaign_view& campaign, timestamp now);

/// The list's columns, and a campaign's row in it.
table campaign_table();
void add_row(table& into, const campaign_view& campaign);

/// Everything there is to say, many lines.
std::string details(const campaign_view& campaign, timestamp now, const terminal& where);

/// One line that fits the width: name, bar, percent, counts, status, rate, what comes next.
std::string progress_line(const campaign_view& campaign, timestamp now, const terminal& where);
/// What stands below it for one campaign that is watched: what holds it up or slows it, what was tried, what to do.
/// Lines that fit the width; none where all goes well.
std::vector<std::string> trouble_lines(const campaign_view& campaign, timestamp now, const terminal& where);
/// The same without a bar, for logs: one change a line.
std::string change_line(const campaign_view& campaign, timestamp now);

} // namespace sluice::cli
