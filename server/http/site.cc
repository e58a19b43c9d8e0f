#include "server/http/site.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/http/page/status_page.h"

namespace eager::server {
namespace {

// A browser brings a token as the password of any user.
std::optional<std::string> AsBearer(const std::optional<std::string>& authorization) {
  constexpr absl::string_view kBasic = "Basic ";
  if (!authorization.has_value() || !absl::StartsWithIgnoreCase(*authorization, kBasic)) return authorization;
  std::string user_and_password;
  if (!absl::Base64Unescape(absl::string_view(*authorization).substr(kBasic.size()), &user_and_password)) return authorization;
  const size_t colon = user_and_password.find(':');
  return absl::StrCat("Bearer ", colon == std::string::npos ? "" : user_and_password.substr(colon + 1));
}

// Whether a Host header names this host by itself. A page of another site whose name was made to lead here does not, and
// must not read what a browser on this host may see.
bool NamesThisHost(absl::string_view host) {
  if (host.empty()) return true;  // no browser
  if (host.front() == '[') return absl::StartsWith(host, "[::1]");
  host = host.substr(0, host.find(':'));
  return absl::EqualsIgnoreCase(host, "localhost") || absl::StartsWith(host, "127.");
}

HttpResponse Text(int code, std::string body) { return {.code = code, .body = std::move(body)}; }

}  // namespace

HttpResponse Site::Answer(const HttpRequest& request) {
  if (on_host_ && !NamesThisHost(request.host)) {
    return Text(421, "this daemon serves HTTP on its own host only: ask for 127.0.0.1 or localhost\n");
  }
  const bool page = request.path == "/" || request.path == "/api/status";
  if (!page && request.path != "/metrics" && request.path != "/healthz" && request.path != "/readyz") {
    return Text(404, "there is nothing here; there are /, /api/status, /metrics, /healthz and /readyz\n");
  }
  if (page || auth_ == HttpAuth::kAll) {
    if (std::optional<HttpResponse> refusal = Refusal(request, page)) return *std::move(refusal);
  }
  if (page) return Page(request);
  if (request.path == "/metrics") return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = monitor_.Metrics()};
  if (request.path == "/healthz") return Text(200, "ok\n");
  const std::vector<std::string> reasons = monitor_.WhyNotReady();
  return reasons.empty() ? Text(200, "ready\n") : Text(503, absl::StrCat(absl::StrJoin(reasons, "\n"), "\n"));
}

HttpResponse Site::Page(const HttpRequest& request) {
  if (request.path == "/api/status") return {.type = "application/json; charset=utf-8", .body = monitor_.Status()};
  return {.type = "text/html; charset=utf-8", .body = std::string(StatusPage())};
}

std::optional<HttpResponse> Site::Refusal(const HttpRequest& request, bool admins_only) {
  const absl::Status admitted = monitor_.Admit(AsBearer(request.authorization), admins_only);
  if (admitted.ok()) return std::nullopt;
  const bool unknown = absl::IsUnauthenticated(admitted);
  HttpResponse refusal = Text(unknown ? 401 : absl::IsUnavailable(admitted) ? 503 : 403, absl::StrCat(admitted.message(), "\n"));
  if (unknown) refusal.headers.emplace_back("WWW-Authenticate", "Basic realm=\"eagerd: a token as the password\", charset=\"UTF-8\"");
  return refusal;
}

}  // namespace eager::server
