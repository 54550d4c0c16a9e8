#pragma once
// A letter to look at before it leaves.

#include "actors/letters/letter_composer.hpp"
#include "messages/view.hpp"
#include "persistence/store.hpp"

#include <string>

namespace sluice {

/// Whose letters the campaign's are; of a draft, those that it would have.
letter_origin origin_of(const store& from, const campaign_view& campaign);

/// The letter to recipient `index` as it would leave now, whole (RFC 5322). `campaign` has the message's text and HTML
/// (content_of in actors/audit/recovery.hpp). `not_found` past the end,
/// `template_failed` with the reason.
result<std::string>
preview_letter(const store& from, const campaign_view& campaign, letter_index index, timestamp now);

} // namespace sluice
