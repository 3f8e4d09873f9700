package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.ContainerState;
import java.time.Instant;

/** Shows the containers of the runtime service. */
final class ContainerText {
  private ContainerText() {}

  static JsonValue json(Container container) {
    boolean stopped = container.getState() == ContainerState.STOPPED;
    return JsonValue.object()
        .with("namespace", container.getNamespace())
        .with("id", container.getId())
        .with("state", container.getState().name())
        .with("sandbox", container.getSandbox())
        .with("vm", container.getVmId())
        .with("command", JsonValue.texts(container.getCommandList()))
        .with("createdAt", at(container.getCreatedAtMillis()))
        .with("exitedAt", stopped ? at(container.getExitedAtMillis()) : "")
        .with("exitStatus", stopped ? container.getExitStatus() : null)
        .with("lostReason", container.getLostReason())
        .with("stdoutBytes", container.getStdout().getPosition())
        .with("stderrBytes", container.getStderr().getPosition())
        .with("template", container.getAnnotationsMap().get("io.vmfactory.template"))
        .with(
            "templateContainer",
            container.getAnnotationsMap().get("io.vmfactory.template.container"));
  }

  private static String at(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  /** Returns the state, and the exit code of a container that has stopped. */
  static String state(Container container) {
    return switch (container.getState()) {
      case STOPPED -> "stopped (" + container.getExitStatus() + ")";
      case RUNNING -> "running";
      case PAUSED -> "paused";
      case CREATED -> "created";
      case SUSPENDED -> "suspended";
      default -> "";
    };
  }

  /** Returns its name as commands take it. */
  static String name(Container container) {
    return container.getNamespace().equals("default")
        ? container.getId()
        : container.getNamespace() + "/" + container.getId();
  }
}
