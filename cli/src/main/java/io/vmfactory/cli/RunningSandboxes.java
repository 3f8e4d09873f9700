package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxStatus.State;
import io.vmfactory.configs.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Queries the containers of one sandbox or of all running sandboxes. */
final class RunningSandboxes {
  private RunningSandboxes() {}

  /** A query to one container. */
  interface Question<T> {
    Stream<T> ask(String sandbox, Container container, Deadline deadline);
  }

  /**
   * Queries all selected containers.
   *
   * @param where the argument as the user wrote it; empty for every sandbox that has containers in
   *     a VM
   */
  static <T> List<T> ask(VmFactoryCommand root, String where, Question<T> question) {
    return ask(root, where, question, status -> Stream.empty());
  }

  /**
   * Does the same as {@link #ask(VmFactoryCommand, String, Question)}, and lists the suspended
   * sandboxes after them if all are asked for.
   */
  static <T> List<T> ask(
      VmFactoryCommand root,
      String where,
      Question<T> question,
      Function<SandboxStatus, Stream<T>> suspended) {
    List<T> answers = new ArrayList<>();
    try (SandboxRuntime runtime = root.sandboxes()) {
      Deadline deadline = root.deadline();
      for (SandboxRef ref : of(where, runtime, deadline)) {
        try (Sandbox sandbox = ref.fetch(runtime, deadline)) {
          for (Container container : ref.containers(sandbox, deadline)) {
            question.ask(ref.sandbox(), container, deadline).forEach(answers::add);
          }
        }
      }
      if (where.isEmpty()) {
        runtime.suspended(deadline).stream().flatMap(suspended).forEach(answers::add);
      }
    }
    return answers;
  }

  /**
   * @param where the argument as the user wrote it; empty for every sandbox that has containers in
   *     a VM
   */
  private static List<SandboxRef> of(String where, SandboxRuntime runtime, Deadline deadline) {
    if (!where.isEmpty()) {
      return List.of(SandboxRef.parse(where));
    }
    return runtime.list(deadline).stream()
        .filter(status -> status.state() == State.RUNNING || status.state() == State.PAUSED)
        .map(SandboxStatus::id)
        .map(id -> new SandboxRef(id, ""))
        .toList();
  }
}
