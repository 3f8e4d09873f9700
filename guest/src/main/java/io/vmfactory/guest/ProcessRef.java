package io.vmfactory.guest;

/**
 * A reference to one process of one container.
 *
 * @param container the container's id
 * @param exec the process's id; for the first process, the container's id
 */
public record ProcessRef(String container, String exec) {
  /** Returns the reference to the first process of a container. */
  public static ProcessRef first(String container) {
    return new ProcessRef(container, container);
  }
}
