package io.vmfactory.template;

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
 * Runs a build step by step: each is timed, told to the listener, and named when it fails. What a
 * step hands over to be kept is closed at the end, last first, whether the build went well or not.
 */
final class BuildPlan implements AutoCloseable {
  private static final int COUNT = BuildStep.values().length;

  private final BuildListener listener;
  private final Deadline deadline;
  private final Laps laps = new Laps();
  private final Deque<Task> cleanups = new ArrayDeque<>();
  private String detail = "";
  private String explanation = "";

  /** What a step does. */
  @FunctionalInterface
  interface Act<T> {
    T run() throws IOException;
  }

  /** What is done for its effect only. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  BuildPlan(BuildListener listener, Deadline deadline) {
    this.listener = listener;
    this.deadline = deadline;
  }

  /** Does one step and returns what it yields. */
  <T> T run(BuildStep step, Act<T> act) {
    int index = step.ordinal() + 1;
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

  /** Does one step that yields nothing. */
  void run(BuildStep step, Task act) {
    this.<Object>run(
        step,
        () -> {
          act.run();
          return act;
        });
  }

  /** To be closed when the build is over. */
  void atEnd(Task cleanup) {
    cleanups.push(cleanup);
  }

  /** What people are told about the step that runs. */
  void detail(String text) {
    detail = text;
  }

  /** What people are told beside the failure that is about to come. */
  void explain(String text) {
    explanation = text;
  }

  /** The steps done so far. */
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
    message += (e.getMessage() == null ? e.toString() : e.getMessage()) + explanation;
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

  /** Closes what was kept. A cancelled build cleans up as thoroughly as any other. */
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
