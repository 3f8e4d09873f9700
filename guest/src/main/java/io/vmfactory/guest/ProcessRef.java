package io.vmfactory.guest;

/**
 * Which process of which container.
 *
 * @param container the container's id
 * @param exec the process's id; the container's own for its first process
 */
public record ProcessRef(String container, String exec) {
  /** The first process of a container. */
  public static ProcessRef first(String container) {
    return new ProcessRef(container, container);
  }
}
