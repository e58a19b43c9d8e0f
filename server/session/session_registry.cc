#include "server/session/session_registry.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Open(absl::string_view token, const Caller& caller,
                                                               std::string client, std::string peer) {
  if (token.size() < 16) {
    return absl::InvalidArgumentError(absl::StrCat("a session's token must have at least 16 bytes, got ", token.size()));
  }
  auto session = std::make_shared<Session>(devices_, tenants_.Get(caller.tenant), std::move(client), std::move(peer));
  MutexLock lock(&mu_);
  if (!sessions_.try_emplace(std::string(token), session).second) {
    return absl::AlreadyExistsError("a session with this token is open");
  }
  return session;
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Find(absl::string_view token, const Caller& caller) const {
  MutexLock lock(&mu_);
  const auto it = sessions_.find(token);
  if (it == sessions_.end() || it->second->tenant().name() != caller.tenant) {
    return absl::NotFoundError("there is no session with this token");
  }
  return it->second;
}

void SessionRegistry::Close(absl::string_view token, const absl::Status& why) {
  std::shared_ptr<Session> session;
  {
    MutexLock lock(&mu_);
    const auto it = sessions_.find(token);
    if (it == sessions_.end()) return;
    session = std::move(it->second);
    sessions_.erase(it);
  }
  session->Close(why);
}

std::vector<std::shared_ptr<Session>> SessionRegistry::List() const {
  std::vector<std::shared_ptr<Session>> list;
  MutexLock lock(&mu_);
  for (const auto& [token, session] : sessions_) list.push_back(session);
  return list;
}

}  // namespace eager::server
