package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.RuntimeConfig;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Sandboxes whose containers the runtime service keeps: it lets their VMs go, and takes them. */
final class KeptSandbox {
  private static final Set<Code> NOT_ITS =
      Set.of(Code.NOT_FOUND, Code.NOT_RUNNING, Code.UNSUPPORTED);

  private KeptSandbox() {}

  /**
   * Asks the runtime service. Returns empty if none runs or can be started, if it is too old for
   * the question, or if it keeps no container in the sandbox.
   */
  static <T> Optional<T> ask(VmFactoryCommand root, Function<ContainerCalls, T> question) {
    RuntimeConfig runtime = root.config().config().runtime();
    if (!Files.exists(runtime.serviceSocket()) && !Files.exists(runtime.wakeSocket())) {
      return Optional.empty();
    }
    try (ContainerCalls service = root.containers()) {
      return Optional.of(question.apply(service));
    } catch (FactoryException e) {
      if (NOT_ITS.contains(e.code())) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
