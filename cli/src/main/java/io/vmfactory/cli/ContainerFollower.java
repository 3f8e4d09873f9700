package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.ContainerState;
import io.vmfactory.api.runtime.v1.OutputKind;
import io.vmfactory.api.runtime.v1.ReadOutputResponse;
import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.EventWatch;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

/** Follows a container of the runtime service until it has stopped. */
final class ContainerFollower {
  private static final Duration READ_LIMIT = Duration.ofSeconds(30);

  private final ContainerCalls service;
  private final ContainerRef which;
  private final BlockingQueue<Optional<Container>> news = new LinkedBlockingQueue<>();
  private final PrintWriter messages;
  private boolean suspended;
  private long printed;
  private long complained;

  /**
   * @param messages gets a line when the container is suspended
   */
  ContainerFollower(ContainerCalls service, ContainerRef which, PrintWriter messages) {
    this.service = service;
    this.which = which;
    this.messages = messages;
  }

  /** Waits until the container has stopped. Returns it. */
  Container await(Deadline subscribing) {
    return watch(subscribing, container -> {});
  }

  /** Copies the output of the container to {@code to} until it has stopped. Returns it. */
  Container follow(Stdio to, Deadline subscribing) {
    return watch(
        subscribing,
        container -> {
          printed = copy(OutputKind.STDOUT, printed, container.getStdout().getPosition(), to.out());
          complained =
              copy(OutputKind.STDERR, complained, container.getStderr().getPosition(), to.err());
        });
  }

  private interface Step {
    void at(Container container);
  }

  private Container watch(Deadline subscribing, Step step) {
    service.get(which.namespace(), which.id(), subscribing); // throws if there is none
    try (EventWatch watch =
        service.watch(
            which.namespace(), which.id(), it -> news.add(Optional.of(it)), subscribing)) {
      watch.ended().whenComplete((ended, failure) -> news.add(Optional.empty()));
      while (true) {
        Container now = latest().orElseThrow(() -> lost(watch));
        step.at(now);
        if (now.getState() == ContainerState.STOPPED) {
          return now;
        }
        tellSuspended(now.getState() == ContainerState.SUSPENDED, now.getSandbox());
        if (now.getState() == ContainerState.CONTAINER_STATE_UNSPECIFIED) {
          throw new CliException(Exit.FAILURE, "container " + which + " was removed", "");
        }
      }
    }
  }

  /** A container that is suspended has not stopped: the wait goes on, and the user learns why. */
  private void tellSuspended(boolean now, String sandbox) {
    if (now && !suspended) {
      messages.println(
          "container %s is suspended; it goes on after: vmfactory resume %s"
              .formatted(which, sandbox));
      messages.flush();
    }
    suspended = now;
  }

  /** Returns the last of the messages that are there; empty when the connection has ended. */
  private Optional<Container> latest() {
    try {
      List<Optional<Container>> all = new ArrayList<>();
      all.add(news.take());
      news.drainTo(all);
      return all.get(all.size() - 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for container " + which, e);
    }
  }

  private static RuntimeException lost(EventWatch watch) {
    try {
      watch.ended().toCompletableFuture().join();
      return new CliException(Exit.NOT_RUNNING, "the runtime service has stopped", "");
    } catch (CompletionException e) {
      return e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Copies bytes from {@code from} to {@code end}. Returns the position after the last one. */
  private long copy(OutputKind kind, long from, long end, OutputStream to) {
    long position = from;
    while (position < end) {
      ReadOutputResponse part =
          service.read(which.namespace(), which.id(), kind, position, Deadline.after(READ_LIMIT));
      write(part.getData().toByteArray(), to);
      position = part.getPosition() + part.getData().size();
    }
    return position;
  }

  private static void write(byte[] bytes, OutputStream to) {
    try {
      to.write(bytes);
      to.flush();
    } catch (IOException e) {
      throw new OutputClosedException("output", e);
    }
  }
}
