#pragma once
// A letter's body behind its head: the bodies, and the files that go with them.
//
//   multipart/mixed                what is below, and the attachments
//     multipart/alternative        text, then what is below (RFC 2046 section 5.1.4)
//       text/plain
//       multipart/related          HTML, and the pictures that it shows (RFC 2387, RFC 2392)
//         text/html
//         image/png …
//     application/pdf …
//
// A level that has one member only is left out. What all letters have in common, files in base64 as well, is put into
// their shared text once; only a recipient's own files are encoded for their letter.

#include "actors/letters/attachment_part.hpp"
#include "actors/letters/body_templates.hpp"
#include "actors/letters/compiled_body.hpp"
#include "actors/letters/letter_writer.hpp"
#include "messages/campaign.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// A whole letter but for its attachments.
inline constexpr std::size_t letter_bytes_max = 2U << 20U;

class letter_body {
public:
  /// Puts what is shared at the end of `shared_text`. `source` is asked for what all letters carry now, and for a
  /// recipient's own when their letter is made. Fails with what it says of an attachment.
  static result<letter_body> make(campaign_id campaign,
                                  const body_templates& templates,
                                  std::span<const attachment> attachments,
                                  std::span<const std::string> columns,
                                  attachment_source source,
                                  std::string& shared_text);

  /// Appends it, MIME-Version and what follows. `template_failed` for this recipient: it is too large, or an own
  /// attachment is not there. What was written is then to be taken back. `storage_failed`: nobody can tell now.
  result<void> append(std::span<const std::string_view> values, letter_writer& out);

private:
  using heads = std::array<shared_octets, body_encodings>; ///< a body can leave behind either
  struct body_part {
    compiled_body body;
    heads with_mixed;
    heads bare; ///< of the first, where a letter has no attachments
  };
  /// Each recipient has their own.
  struct own_file {
    std::size_t column = 0;
    attachment said;
    bool is_inline() const { return !said.content_id.empty(); }
  };

  bool has_own_files(std::span<const std::string_view> values) const;
  bool append_part(const heads& before,
                   body_part& part,
                   std::span<const std::string_view> values,
                   letter_writer& out);
  result<void> append_own(bool is_inline,
                          std::string_view boundary,
                          std::span<const std::string_view> values,
                          std::size_t& bytes,
                          letter_writer& out) const;

  std::vector<body_part> parts_;
  std::vector<own_file> own_;
  attachment_source source_;
  std::string mixed_boundary_;
  std::string related_boundary_;
  shared_octets pictures_;   ///< that all letters show
  shared_octets bodies_end_; ///< of related and alternative
  shared_octets files_;      ///< that all letters carry
  shared_octets mixed_end_;
  std::size_t shared_files_bytes_ = 0; ///< before they are encoded
  bool has_shared_files_ = false;
};

} // namespace sluice
