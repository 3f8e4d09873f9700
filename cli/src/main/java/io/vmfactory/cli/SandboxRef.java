package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A reference to a sandbox, or to one container in it, as written on the command line.
 *
 * @param sandbox the id of the sandbox
 * @param container the id of the container; empty if not given
 */
record SandboxRef(String sandbox, String container) {

  /** Parses {@code SANDBOX[/CONTAINER]}. */
  static SandboxRef parse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? new SandboxRef(text, "")
        : new SandboxRef(text.substring(0, slash), text.substring(slash + 1));
  }

  Sandbox fetch(SandboxRuntime runtime, Deadline deadline) {
    return runtime.fetch(sandbox, deadline);
  }

  /** Returns the named container, or all containers if none is named. */
  List<Container> containers(Sandbox in, Deadline deadline) {
    return container.isEmpty()
        ? in.containers(deadline)
        : List.of(in.container(container, deadline));
  }

  /** Returns the named container, or the only one. */
  Container theContainer(Sandbox in, Deadline deadline) {
    List<Container> meant = containers(in, deadline);
    if (meant.size() == 1) {
      return meant.get(0);
    }
    if (meant.isEmpty()) {
      throw new CliException(Exit.FAILURE, "sandbox " + sandbox + " has no container", "");
    }
    String ids = meant.stream().map(Container::id).collect(Collectors.joining(", "));
    throw new CliException(
        Exit.FAILURE,
        "sandbox " + sandbox + " has several containers: " + ids,
        "name one of them: " + sandbox + "/" + meant.get(0).id());
  }
}
