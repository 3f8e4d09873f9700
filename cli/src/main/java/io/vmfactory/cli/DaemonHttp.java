package io.vmfactory.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls the daemon over HTTP. The paths are those in the http options of {@code factory.proto}. */
final class DaemonHttp {
  private final HttpJson http;

  DaemonHttp(HttpJson http) {
    this.http = http;
  }

  JsonValue status(boolean withMemory) {
    return http.get(withMemory ? "/v1/status?withMemory=true" : "/v1/status");
  }

  JsonValue templates() {
    return http.get("/v1/templates");
  }

  JsonValue template(String template) {
    return http.get("/v1/templates/" + segment(template));
  }

  JsonValue rollbackTemplate(String name, int version) {
    JsonValue request = JsonValue.object().with("version", version);
    return http.post("/v1/templates/" + segment(name) + "/rollback", request);
  }

  JsonValue pruneTemplates(String name, int keep) {
    JsonValue request = JsonValue.object().with("name", name).with("keep", keep);
    return http.post("/v1/templates/prune", request);
  }

  JsonValue deleteTemplate(String key) {
    return http.delete("/v1/templates/" + segment(key));
  }

  JsonValue vm(JsonValue request) {
    return http.post("/v1/vms", request);
  }

  JsonValue baseVm(JsonValue request) {
    return http.post("/v1/base-vms", request);
  }

  JsonValue renew(String lease, @Nullable Duration ttl) {
    JsonValue request = JsonValue.object().with("ttl", ttl == null ? null : Show.proto(ttl));
    return http.post("/v1/leases/" + segment(lease) + "/renew", request);
  }

  JsonValue fork(String lease, JsonValue request) {
    return http.post("/v1/leases/" + segment(lease) + "/fork", request);
  }

  JsonValue pause(String lease) {
    return http.post("/v1/leases/" + segment(lease) + "/pause", JsonValue.object());
  }

  JsonValue suspend(String lease, @Nullable Duration ttl) {
    JsonValue request = JsonValue.object().with("ttl", ttl == null ? null : Show.proto(ttl));
    return http.post("/v1/leases/" + segment(lease) + "/suspend", request);
  }

  JsonValue resume(String lease, @Nullable Duration ttl) {
    JsonValue request = JsonValue.object().with("leaseTtl", ttl == null ? null : Show.proto(ttl));
    return http.post("/v1/leases/" + segment(lease) + "/resume", request);
  }

  JsonValue release(String lease) {
    return http.delete("/v1/leases/" + segment(lease));
  }

  JsonValue resizePool(JsonValue request) {
    return http.post("/v1/pools/resize", request);
  }

  JsonValue drainPool(JsonValue request) {
    return http.post("/v1/pools/drain", request);
  }

  JsonValue shutdown(boolean keepVms) {
    return http.post("/v1/shutdown", JsonValue.object().with("keepVms", keepVms));
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
