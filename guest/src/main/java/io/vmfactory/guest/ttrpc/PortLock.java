package io.vmfactory.guest.ttrpc;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The right to connect to one port of an agent, in all processes that ask for it: an fcntl lock on
 * the socket's path + {@code .lock}. It ends with {@link #close} or with the process.
 */
final class PortLock implements AutoCloseable {
  /**
   * The ports that this process has or waits for. An fcntl lock does not exclude its own process,
   * and closing any other channel on its file gives it up; so no file is opened twice.
   */
  private static final Set<Path> OURS = new HashSet<>();

  private final Path port;
  private final FileChannel channel;

  private PortLock(Path port, FileChannel channel) {
    this.port = port;
    this.channel = channel;
  }

  /** The first of {@code ports} that is free; when none is, waits for one of them. */
  static PortLock anyOf(List<Path> ports, Deadline deadline) {
    for (Path port : ports) {
      PortLock free = tryLock(port);
      if (free != null) {
        return free;
      }
    }
    return await(ports.get(ThreadLocalRandom.current().nextInt(ports.size())), deadline);
  }

  Path port() {
    return port;
  }

  private static @Nullable PortLock tryLock(Path port) {
    synchronized (OURS) {
      if (!OURS.add(port)) {
        return null;
      }
    }
    PortLock lock = open(port);
    try {
      if (lock.channel.tryLock() != null) {
        return lock;
      }
      lock.close();
      return null;
    } catch (IOException e) {
      lock.close();
      throw unlockable(port, e);
    }
  }

  private static PortLock await(Path port, Deadline deadline) {
    awaitOurs(port, deadline);
    PortLock lock = open(port);
    try {
      deadline.await(lock.locked(), what(port));
      return lock;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Waits until no other thread of this process has the port or waits for it. */
  private static void awaitOurs(Path port, Deadline deadline) {
    synchronized (OURS) {
      while (!OURS.add(port)) {
        if (deadline.passed()) {
          throw deadline.exceeded(what(port));
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(OURS, deadline.remaining().toNanos());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CancelledException("cancelled while waiting for " + what(port), e);
        }
      }
    }
  }

  /** Completes when the lock is ours; closing the channel ends the wait. */
  private CompletableFuture<Void> locked() {
    CompletableFuture<Void> locked = new CompletableFuture<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                channel.lock();
                locked.complete(null);
              } catch (IOException e) {
                locked.completeExceptionally(unlockable(port, e));
              }
            },
            "agent-port");
    waiter.setDaemon(true);
    waiter.start();
    return locked;
  }

  private static PortLock open(Path port) {
    Path file = port.resolveSibling(port.getFileName() + ".lock");
    try {
      return new PortLock(
          port, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      forget(port);
      throw unlockable(port, e);
    }
  }

  private static void forget(Path port) {
    synchronized (OURS) {
      OURS.remove(port);
      OURS.notifyAll();
    }
  }

  private static String what(Path port) {
    return "a free port of the agent, such as " + port;
  }

  private static GuestException unlockable(Path port, IOException cause) {
    return new GuestException(
        GuestException.UNAVAILABLE, "cannot lock the agent's port " + port + ": " + cause, cause);
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the lock of " + port, e);
    } finally {
      forget(port);
    }
  }
}
