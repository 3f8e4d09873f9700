package io.vmfactory.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's verbs by their HTTP paths, as the http options of {@code factory.proto} give them.
 */
final class Factory {
  private final HttpJson http;

  Factory(HttpJson http) {
    this.http = http;
  }

  Json status(boolean withMemory) {
    return http.get(withMemory ? "/v1/status?withMemory=true" : "/v1/status");
  }

  Json templates() {
    return http.get("/v1/templates");
  }

  Json deleteTemplate(String key) {
    return http.delete("/v1/templates/" + segment(key));
  }

  Json vm(Json request) {
    return http.post("/v1/vms", request);
  }

  Json baseVm(Json request) {
    return http.post("/v1/base-vms", request);
  }

  Json renew(String lease, @Nullable Duration ttl) {
    Json request = Json.object().with("ttl", ttl == null ? null : Show.proto(ttl));
    return http.post("/v1/leases/" + segment(lease) + "/renew", request);
  }

  Json release(String lease) {
    return http.delete("/v1/leases/" + segment(lease));
  }

  Json resizePool(Json request) {
    return http.post("/v1/pools/resize", request);
  }

  Json drainPool(Json request) {
    return http.post("/v1/pools/drain", request);
  }

  Json shutdown(boolean keepVms) {
    return http.post("/v1/shutdown", Json.object().with("keepVms", keepVms));
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
