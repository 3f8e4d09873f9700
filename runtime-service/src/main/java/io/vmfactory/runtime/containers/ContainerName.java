package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import java.util.regex.Pattern;

/**
 * The name of a container: unique on this host. Both parts are safe as the name of a file.
 *
 * @param namespace separates the containers of one client from those of others
 * @param id unique in its namespace
 */
public record ContainerName(String namespace, String id) implements Comparable<ContainerName> {
  /** The namespace of containers without one. */
  public static final String DEFAULT = "default";

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,75}");

  /** Throws {@link SandboxException} INVALID if a part has not the right form. */
  public ContainerName {
    namespace = namespace.isEmpty() ? DEFAULT : namespace;
    require("namespace", namespace);
    require("id", id);
  }

  private static void require(String what, String text) {
    if (!FORM.matcher(text).matches()) {
      throw new SandboxException(
          Reason.INVALID,
          "the %s of a container is \"%s\"; it must have 1..76 letters, digits, '_', '.' and '-', and the"
                  .formatted(what, text)
              + " first must be a letter or digit");
    }
  }

  @Override
  public int compareTo(ContainerName other) {
    int first = namespace.compareTo(other.namespace);
    return first != 0 ? first : id.compareTo(other.id);
  }

  @Override
  public String toString() {
    return namespace.equals(DEFAULT) ? id : namespace + "/" + id;
  }
}
