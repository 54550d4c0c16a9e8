#pragma once
// The page that was built into this executable; cmake/sluice_page.cmake generates what is behind it.

#include "adapters/http/page.hpp"

namespace sluice {

/// Every file of the page; none where the build had no Node.js.
page_files embedded_page();

} // namespace sluice
