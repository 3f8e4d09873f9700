package io.vmfactory.cli;

import picocli.CommandLine.Parameters;

/** The container of the runtime service that a command is about. */
final class ContainerRef {
  @Parameters(
      paramLabel = "[NAMESPACE/]NAME",
      description =
          "The container, as listed by vmfactory runtime ls (default namespace: default).")
  private String name = "";

  /** Returns its namespace; empty for the default one. */
  String namespace() {
    return name.contains("/") ? name.substring(0, name.indexOf('/')) : "";
  }

  /** Returns its id in the namespace. */
  String id() {
    return name.substring(name.indexOf('/') + 1);
  }

  @Override
  public String toString() {
    return name;
  }
}
