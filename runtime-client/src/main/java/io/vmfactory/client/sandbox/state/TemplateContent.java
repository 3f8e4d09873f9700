package io.vmfactory.client.sandbox.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.configs.records.StoredJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a template has inside: the part of a sandbox's record that is the same in each clone. It is
 * the template's description, so it has only plain values.
 *
 * @param version the version of the format
 * @param containers its containers that have drives
 * @param dns the lines of resolv.conf in the containers
 * @param sharedPids whether the containers share one PID namespace
 * @param all every container, in the order of creation; null = not known: a clone asks its guest,
 *     which takes 20 to 100 ms (ADR 0062)
 */
public record TemplateContent(
    int version,
    List<ContainerEntry> containers,
    List<String> dns,
    boolean sharedPids,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<MadeContainer> all) {
  /** More would leave no room for the labels, see SnapshotVm. */
  private static final int MOST_BYTES = 48 << 10;

  /** The only version that is written and read. */
  static final int VERSION = 1;

  private static final JsonMapper JSON = StoredJson.mapper();

  public TemplateContent {
    containers = List.copyOf(containers);
    dns = List.copyOf(dns);
    all = all == null ? null : List.copyOf(all);
  }

  /**
   * A container that each clone has.
   *
   * @param process the process that it was created with, if its program has not begun: a message
   *     {@code Process} of the agent's protocol; null = it has begun
   * @param shape what it keeps from its creation on, see ContainerShape; null = not known, or its
   *     program cannot be chosen
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record MadeContainer(
      String id, byte @Nullable [] process, @Nullable Map<String, String> shape) {
    public MadeContainer {
      shape = shape == null ? null : Map.copyOf(shape);
    }
  }

  /** Returns this content with all containers. */
  public TemplateContent with(List<MadeContainer> made) {
    return new TemplateContent(version, containers, dns, sharedPids, made);
  }

  /** Returns this content as a description, without all containers if they are too long. */
  public byte[] description() {
    byte[] whole = json(this);
    return whole.length <= MOST_BYTES
        ? whole
        : json(new TemplateContent(version, containers, dns, sharedPids, null));
  }

  private static byte[] json(TemplateContent content) {
    try {
      return JSON.writeValueAsBytes(content);
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
