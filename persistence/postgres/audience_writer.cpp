#include "persistence/postgres/audience_writer.hpp"

#include "persistence/postgres/audience_upload.hpp"
#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/house_log.hpp"

#include <array>
#include <utility>

namespace sluice {

postgres_audience_writer::postgres_audience_writer(postgres_audiences& of,
                                                   audience_id id,
                                                   std::shared_ptr<import_scratch::open_scratch> scratch,
                                                   std::unique_ptr<audience_writer> local) :
    of_(of), id_(id), scratch_(std::move(scratch)), local_(std::move(local)) {}

postgres_audience_writer::~postgres_audience_writer() {
  local_.reset(); // before the store that it writes to
  if (!is_committed_)
    of_.cleaner_.clean_up(id_);
}

result<std::uint16_t> postgres_audience_writer::column(std::string_view name) {
  if (!local_)
    return failure(error_code::internal, "the audience was committed; it takes no more columns");
  return local_->column(name);
}

result<bool> postgres_audience_writer::add(const recipient& row) {
  if (!local_)
    return failure(error_code::internal, "the audience was committed; it takes no more rows");
  return local_->add(row);
}

void postgres_audience_writer::rename(std::string name) {
  if (local_)
    local_->rename(std::move(name));
}

result<audience_info> postgres_audience_writer::commit(const act& done) {
  std::array<postgres_audience_writer*, 1> only{this};
  auto made = of_.commit_writers(only, done, {});
  if (!made)
    return std::unexpected(made.error());
  return std::move(made->front());
}

result<audience_info> postgres_audience_writer::finish(const act& done) {
  if (broken_)
    return std::unexpected(*broken_);
  if (!local_)
    return failure(error_code::internal, "the audience was committed before");
  auto info = local_->commit(done);
  if (!info)
    return info; // what is wrong with its rows can be put right
  local_.reset();
  audience_upload upload(of_.database_, of_.house_.hide(), id_, of_.node_);
  if (auto sent = upload.run(scratch_->audiences(), *info, scratch_->folder()); !sent) {
    broken_ = sent.error();
    return std::unexpected(sent.error());
  }
  // Others may go on with the store: what is in the database by now need not stay there so long.
  static_cast<void>(scratch_->audiences().remove(info->id, done).has_value());
  scratch_.reset();
  info->id = id_;
  return info;
}

} // namespace sluice
