package io.vmfactory.runtime.verbs;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.guest.oci.ResourceLimits;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the limits in "linux.resources" of an OCI specification. */
final class EngineLimits {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private EngineLimits() {}

  /** Reads what can be changed. 0 means "unchanged", as engines send it. Throws INVALID. */
  static ResourceLimits parse(byte[] json) {
    JsonNode resources = read(json);
    JsonNode cpu = resources.path("cpu");
    return new ResourceLimits(
        number("memory.limit", resources.path("memory").path("limit")),
        number("cpu.quota", cpu.path("quota")),
        number("cpu.period", cpu.path("period")),
        number("cpu.shares", cpu.path("shares")),
        number("pids.limit", resources.path("pids").path("limit")));
  }

  private static JsonNode read(byte[] json) {
    try {
      JsonNode resources = JSON.readTree(json);
      if (resources != null && resources.isObject()) {
        return resources;
      }
      throw new SandboxException(Reason.INVALID, "resources: it must be a JSON object");
    } catch (IOException e) {
      throw new SandboxException(Reason.INVALID, "resources: " + ErrorText.of(e), e);
    }
  }

  private static @Nullable Long number(String path, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new SandboxException(
          Reason.INVALID, "resources.%s: it must be a whole number".formatted(path));
    }
    return value.longValue() == 0 ? null : value.longValue();
  }
}
