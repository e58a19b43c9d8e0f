// What stands under which path, and who may see it.
#pragma once

#include "server/http/http_server.h"
#include "server/http/options.h"
#include "server/metrics/monitor.h"

namespace eager::server {

// Thread-safe; `monitor` must outlive it.
//
//   /metrics      for Prometheus
//   /healthz      200 while the process answers
//   /readyz       200, or 503 with a reason a line
//   /api/status   JSON          for admins, where callers need a name
//   /             a page of it  for admins, where callers need a name
class Site {
 public:
  // `on_host`: whether it can be reached from this host alone.
  Site(Monitor& monitor, HttpAuth auth, bool on_host) : monitor_(monitor), auth_(auth), on_host_(on_host) {}

  HttpResponse Answer(const HttpRequest& request);

 private:
  HttpResponse Page(const HttpRequest& request);
  // Nothing, or what to answer whoever may not see this.
  std::optional<HttpResponse> Refusal(const HttpRequest& request, bool admins_only);

  Monitor& monitor_;
  const HttpAuth auth_;
  const bool on_host_;
};

}  // namespace eager::server
