#pragma once

namespace sluice {

/// For std::unique_ptr over what a C library makes: `Free` is its function that frees it.
template <auto Free>
struct freed_by {
  template <class Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};

} // namespace sluice
