#include "persistence/random_secret.hpp"

#include <openssl/rand.h>

namespace sluice {

result<std::string> random_secret() {
  std::string bytes(secret_bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
    return failure(error_code::internal, "the system gives no random numbers");
  return bytes;
}

} // namespace sluice
