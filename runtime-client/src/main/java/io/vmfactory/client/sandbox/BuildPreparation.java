package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.Readiness.CommandSucceeds;
import io.vmfactory.client.sandbox.Readiness.FileExists;
import io.vmfactory.client.sandbox.Readiness.LineAppears;
import io.vmfactory.client.sandbox.Readiness.PortListens;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.TemplateRecipe.Command;
import io.vmfactory.configs.Units;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.guest.oci.OciProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Brings the container of a build to where its template begins. */
final class BuildPreparation {
  /** The pause between two looks at a program that is not ready, unless it ends. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  /** The end of a program also ends the commands in its container, and may be seen after theirs. */
  private static final Duration END_SEEN = Duration.ofSeconds(1);

  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final int SIGKILL = 9;

  private final Container container;
  private final Sandbox sandbox;
  private final TemplateRecipe recipe;
  private final BuildSteps steps;
  private final Deadline deadline;

  BuildPreparation(
      Sandbox sandbox,
      Container container,
      TemplateRecipe recipe,
      BuildSteps steps,
      Deadline deadline) {
    this.sandbox = sandbox;
    this.container = container;
    this.recipe = recipe;
    this.steps = steps;
    this.deadline = deadline;
  }

  /** Runs the commands of the recipe. */
  void warmUp() {
    for (Command command : recipe.warmUp()) {
      steps.run("warm_up", () -> succeed(command), done -> command.toString());
    }
  }

  /** Lets the program run until it is ready, then runs the commands. */
  void begin() {
    Readiness ready = recipe.ready();
    String text = ready instanceof LineAppears line ? line.text() : "";
    steps.run("start", this::start, begun -> begun ? "" : "it runs already");
    CompletableFuture<Integer> ended = container.process().exited().toCompletableFuture();
    try (ProgramOutput output = new ProgramOutput(container.process(), text)) {
      if (ready != null) {
        steps.run("ready", () -> awaitReady(ready, ended, output), done -> "");
      }
      warmUpBeside(ended, output);
      requireAlive(ended, output);
    }
  }

  /** Runs the commands. If one fails because the program has ended, that is the failure. */
  private void warmUpBeside(CompletableFuture<Integer> ended, ProgramOutput output) {
    try {
      warmUp();
    } catch (SandboxException e) {
      awaitOneOf(deadline.min(END_SEEN), ended);
      requireAlive(ended, output);
      throw e;
    }
  }

  /** Returns false if the program of another template runs already. */
  private boolean start() {
    UnaryOperator<OciProcess> change = recipe.program();
    if (container.status(deadline).state() != ContainerInfo.State.CREATED) {
      return false;
    }
    if (change == null) {
      container.start(deadline);
    } else {
      container.start(change, deadline);
    }
    return true;
  }

  private boolean awaitReady(
      Readiness ready, CompletableFuture<Integer> ended, ProgramOutput output) {
    Deadline limit = deadline.min(ready.limit());
    while (!isReady(ready, output, limit)) {
      requireAlive(ended, output);
      if (limit.passed()) {
        deadline.check("the program to be ready");
        throw failed(
            "the program is not ready after %s: %s%s"
                .formatted(Units.text(ready.limit()), ready.lacking(), output.last()));
      }
      awaitOneOf(limit.min(BETWEEN_LOOKS), ended, output.found().toCompletableFuture());
    }
    return true;
  }

  private boolean isReady(Readiness ready, ProgramOutput output, Deadline limit) {
    GuestContainers guest = sandbox.guest(deadline).containers();
    if (ready instanceof FileExists file) {
      return SandboxFailures.in(() -> guest.hasFile(container.id(), file.path(), deadline));
    }
    if (ready instanceof PortListens socket) {
      return SandboxFailures.in(() -> guest.listens(container.id(), socket.port(), deadline));
    }
    if (ready instanceof CommandSucceeds command) {
      return execute(command.args(), limit).code() == 0;
    }
    return output.found().toCompletableFuture().isDone();
  }

  private static void awaitOneOf(Deadline limit, CompletableFuture<?>... stages) {
    try {
      limit.await(CompletableFuture.anyOf(stages), "the program");
    } catch (DeadlineExceededException e) {
      return; // time for the next look
    }
  }

  private void requireAlive(CompletableFuture<Integer> ended, ProgramOutput output) {
    if (ended.isDone()) {
      output.drain();
      throw failed("the program has ended with exit code " + ended.join() + output.last());
    }
  }

  private boolean succeed(Command command) {
    Result result = execute(command.args(), deadline.min(command.limit()));
    deadline.check("command " + command);
    if (result.code() != 0) {
      boolean late = result.code() == Result.TOO_LATE;
      throw failed("warm_up: " + command.failure(late, result.code(), result.output()));
    }
    return true;
  }

  /**
   * How a command ended.
   *
   * @param code its exit code, or {@link #TOO_LATE}
   * @param output its last output, as the end of a sentence
   */
  private record Result(int code, String output) {
    static final int TOO_LATE = -1;
  }

  private Result execute(List<String> args, Deadline limit) {
    ContainerProcess process = container.exec(like -> like.withArgs(args), deadline);
    try (ProgramOutput output = new ProgramOutput(process, "");
        OutputStream input = process.stdin()) {
      input.close();
      int code = limit.await(process.exited(), "command " + args);
      output.drain();
      return new Result(code, output.last());
    } catch (DeadlineExceededException e) {
      process.signal(SIGKILL, Deadline.after(KILL_LIMIT));
      return new Result(Result.TOO_LATE, "");
    } catch (IOException e) {
      throw new SandboxException(Reason.LOST, "cannot run " + args + ": " + e.getMessage(), e);
    }
  }

  private static SandboxException failed(String message) {
    return new SandboxException(Reason.FAILED, message);
  }
}
