package io.vmfactory.client.sandbox.state;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a template has inside: the part of a sandbox's record that is the same in each clone. It is
 * the template's description, so it has only plain values.
 *
 * @param version the version of the format
 * @param containers its containers that have drives
 * @param dns the lines of resolv.conf in the containers
 * @param sharedPids whether the containers share one PID namespace
 */
public record TemplateContent(
    int version, List<ContainerEntry> containers, List<String> dns, boolean sharedPids) {
  /** The only version that is written and read. */
  static final int VERSION = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  public TemplateContent {
    containers = List.copyOf(containers);
    dns = List.copyOf(dns);
  }

  /** Returns this content as a description. */
  public byte[] description() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (IOException e) {
      throw new IllegalStateException("plain values can always be written as JSON", e);
    }
  }

  /** Returns the content in a description; empty if it is not one of this version. */
  public static Optional<TemplateContent> of(byte[] description) {
    try {
      return Optional.ofNullable(JSON.readValue(description, TemplateContent.class))
          .filter(content -> content.version() == VERSION);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
