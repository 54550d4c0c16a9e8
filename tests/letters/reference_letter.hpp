#pragma once
// What a letter must mean, found out the plain way: templates filled in as text, nothing compiled and nothing
// encoded. What leaves is decoded by GMime, which shares nothing with our encoders, and held against it.

#include "actors/letters/batch.hpp"
#include "messages/audience.hpp"
#include "messages/campaign.hpp"

#include <string>
#include <vector>

namespace sluice::test {

/// What is wrong with the only letter of `letters`, which was composed of these; empty: nothing. Its bodies are what
/// the templates say; its wire form is made of its pieces, keeps within the RFCs' lines, and is the message
/// dot-stuffed.
std::string fault_of_letter(const batch& letters,
                            const campaign_spec& spec,
                            const std::vector<std::string>& columns,
                            const recipient& to);

} // namespace sluice::test
