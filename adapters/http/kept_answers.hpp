#pragma once
// What a request with an Idempotency-Key was answered, kept for when it comes again: by one mechanism for every route
// that says so (routes.hpp). Campaigns' commands keep theirs in the write of their events instead, so that nothing can come
// between; here the answer is kept right after the request was carried out, or in the same write where a handler can do that
// (http_response::is_kept). A process that is killed between the two has done what was asked and forgotten the key:
// README.md says what the second attempt meets then.

#include "adapters/http/message.hpp"
#include "persistence/journal.hpp"

namespace sluice {

/// What a request's key is kept for: its token, and a fingerprint of method, path, parameters and body. Of a body that is
/// read piece by piece nothing is in it: its key is looked up before the first piece.
answer_key answer_key_of(const http_request& request);

/// The answer that was kept; nothing where the key is new. `conflict` where it served another request.
result<std::optional<http_response>> kept_answer(const journal& in, const answer_key& key);

/// What is kept of an answer.
key_record kept_record(const answer_key& key, const http_response& answer, timestamp now);

/// Waits until it is durable. Not on the event loop.
result<void> keep_answer(journal& in, key_record record);

} // namespace sluice
