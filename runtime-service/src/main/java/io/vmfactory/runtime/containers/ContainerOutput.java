package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.runtime.containers.ContainerView.End;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both outputs of a container, copied to logs in its folder, and its input. */
final class ContainerOutput {
  private static final Logger log = LoggerFactory.getLogger(ContainerOutput.class);

  /** How long the end of a container waits for the rest of its output. */
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

  private final ContainerName name;
  private final boolean ofEngine;
  private final OutputPump stdout;
  private final OutputPump stderr;

  /**
   * @param changed runs after each part
   */
  ContainerOutput(Keeping keeping, ContainerRecord record, Runnable changed) {
    Path folder = keeping.journal().folder(record);
    this.name = record.name();
    this.ofEngine = record.engine() != null;
    this.stdout = pump(folder, "stdout", Output.STDOUT, keeping, changed);
    this.stderr = pump(folder, "stderr", Output.STDERR, keeping, changed);
  }

  private static OutputPump pump(
      Path folder, String name, Output output, Keeping keeping, Runnable changed) {
    OutputLog to = new OutputLog(folder.resolve(name + ".log"));
    return new OutputPump(output, to, keeping.pumps(), changed);
  }

  /** A container that is kept has no input; that of an engine gets it from its stand-in. */
  void closeInput(ContainerProcess process) {
    if (ofEngine) {
      return;
    }
    try {
      process.stdin().close();
    } catch (IOException e) {
      log.warn("container {}: cannot close its input: {}", name, ErrorText.of(e));
    }
  }

  /** Begins to copy the output of {@code process}. */
  void start(ContainerProcess process) {
    stdout.start(process);
    stderr.start(process);
  }

  /** A process that the container left behind may hold its output open, so the wait is short. */
  void awaitRest() {
    try {
      Deadline.after(LAST_OUTPUT)
          .await(CompletableFuture.allOf(stdout.ended(), stderr.ended()), "the rest of the output");
    } catch (DeadlineExceededException e) {
      log.info("container {}: its output is still open", name);
    }
  }

  /** Returns how much there is. */
  End end(boolean error, boolean over) {
    return new End((error ? stderr : stdout).log().end(), over);
  }

  /** Returns a part of an output. */
  OutputPart read(boolean error, long position) {
    try {
      return (error ? stderr : stdout).log().read(position);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the output of container %s: %s".formatted(name, ErrorText.of(e)), e);
    }
  }
}
