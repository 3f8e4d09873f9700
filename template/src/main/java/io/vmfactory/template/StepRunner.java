package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.linux.OsException;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Runs a build step by step. Each step is timed, reported to the listener, and named if it fails.
 * Resources that a step registers are closed at the end, the last one first, whether the build
 * succeeded or not.
 */
final class StepRunner implements AutoCloseable {
  private static final int COUNT = BuildStep.values().length;

  private final BuildListener listener;
  private final Deadline deadline;
  private final Laps laps = new Laps();
  private final Deque<Task> cleanups = new ArrayDeque<>();
  private String detail = "";
  private String explanation = "";

  /** The work of a step that returns a value. */
  @FunctionalInterface
  interface Act<T> {
    T run() throws IOException;
  }

  /** The work of a step that returns nothing. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  StepRunner(BuildListener listener, Deadline deadline) {
    this.listener = listener;
    this.deadline = deadline;
  }

  /** Runs one step and returns its value. */
  <T> T run(BuildStep step, Act<T> act) {
    int index = step.number();
    try {
      deadline.check(step.label());
      detail = "";
      listener.began(step.label(), index, COUNT);
      T result = act.run();
      laps.lap(step.label());
      listener.ended(step.label(), index, COUNT, last().span(), detail);
      return result;
    } catch (IOException | RuntimeException e) {
      throw failure(step, e);
    }
  }

  /** Runs one step without a value. */
  void run(BuildStep step, Task act) {
    this.<Object>run(
        step,
        () -> {
          act.run();
          return act;
        });
  }

  /** Registers a cleanup that runs when the build is over. */
  void atEnd(Task cleanup) {
    cleanups.push(cleanup);
  }

  /** Sets what people read about the current step. */
  void detail(String text) {
    detail = text;
  }

  /** Sets what people read beside a failure that is about to be thrown. */
  void explain(String text) {
    explanation = text;
  }

  /** Returns the steps done so far. */
  List<Lap> laps() {
    return laps.all();
  }

  private Lap last() {
    List<Lap> all = laps.all();
    return all.get(all.size() - 1);
  }

  private RuntimeException failure(BuildStep step, Exception e) {
    String message = "building the template, step \"%s\": ".formatted(step.label());
    if (e instanceof CancelledException || Thread.currentThread().isInterrupted()) {
      return new CancelledException(message + "cancelled", e);
    }
    message += ErrorText.of(e) + explanation;
    if (e instanceof DeadlineExceededException) {
      var exceeded = new DeadlineExceededException(message);
      exceeded.initCause(e);
      return exceeded;
    }
    return new TemplateException(reason(e), message, e);
  }

  private static Reason reason(Exception e) {
    if (e instanceof TemplateException failure) {
      return failure.reason();
    }
    if (e instanceof DiskFullException) {
      return Reason.RESOURCES;
    }
    if (e instanceof OsException failure) {
      return reason(VmmException.of(failure));
    }
    if (e instanceof VmmException failure) {
      return switch (failure.reason()) {
        case RESOURCES -> Reason.RESOURCES;
        case INVALID, UNUSABLE -> Reason.INVALID;
        default -> Reason.FAILED;
      };
    }
    return Reason.FAILED;
  }

  /** Runs the registered cleanups. A cancelled build cleans up as thoroughly as any other. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    var failed = new TemplateException(Reason.FAILED, "cannot clean up after building a template");
    while (!cleanups.isEmpty()) {
      try {
        cleanups.pop().run();
      } catch (IOException | RuntimeException e) {
        failed.addSuppressed(e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failed.getSuppressed().length > 0) {
      throw failed;
    }
  }
}
