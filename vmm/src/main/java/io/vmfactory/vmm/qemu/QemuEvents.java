package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpEvent;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns one VM's events into stages that callers wait for. Called on an event loop. */
final class QemuEvents implements Consumer<QmpEvent> {
  private static final String ANY_JOB = "";

  private final CompletableFuture<Void> agentPort = new CompletableFuture<>();
  private final CompletableFuture<Void> migrated = new CompletableFuture<>();
  private final Map<String, CompletableFuture<Void>> plugging = new ConcurrentHashMap<>(1);
  private final Map<String, CompletableFuture<Void>> unplugging = new ConcurrentHashMap<>(1);
  private final Map<String, CompletableFuture<Boolean>> jobs = new ConcurrentHashMap<>(1);
  private final Set<String> failedJobs = ConcurrentHashMap.newKeySet(1);
  private volatile @Nullable VmmException death;

  @Override
  public void accept(QmpEvent event) {
    if (event instanceof QmpEvent.PortChanged port) {
      portChanged(port);
    } else if (event instanceof QmpEvent.MigrationChanged migration) {
      migrationChanged(migration.status());
    } else if (event instanceof QmpEvent.DeviceAnswered answer) {
      answered(answer);
    } else if (event instanceof QmpEvent.DeviceDeleted deleted) {
      complete(unplugging.remove(deleted.device()), null);
    } else if (event instanceof QmpEvent.JobChanged job) {
      jobChanged(job);
    }
  }

  private void portChanged(QmpEvent.PortChanged port) {
    if (port.open() && port.port().equals(QemuCommandLine.AGENT_PORT)) {
      agentPort.complete(null);
    }
  }

  private void migrationChanged(String status) {
    if (status.equals("completed")) {
      migrated.complete(null);
    } else if (status.equals("failed") || status.equals("cancelled")) {
      fail(migrated, new VmmException(Reason.FAILED, "moving the device state has " + status));
    }
  }

  private void answered(QmpEvent.DeviceAnswered answer) {
    CompletableFuture<Void> plugged = plugging.remove(answer.device());
    if (plugged != null && answer.status() == 0) {
      plugged.complete(null);
    } else if (plugged != null) {
      String what = "the guest refused %s (ACPI _OST status %d)";
      fail(
          plugged,
          new VmmException(Reason.FAILED, what.formatted(answer.device(), answer.status())));
    }
  }

  private void jobChanged(QmpEvent.JobChanged job) {
    if (job.status().equals("aborting")) {
      failedJobs.add(job.job());
    } else if (job.status().equals("concluded")) {
      boolean succeeded = !failedJobs.remove(job.job());
      complete(jobs.remove(job.job()), succeeded);
      complete(jobs.remove(ANY_JOB), succeeded);
    }
  }

  private static <T> void complete(@Nullable CompletableFuture<T> awaited, @Nullable T value) {
    if (awaited != null) {
      awaited.complete(value);
    }
  }

  /** Fails every wait, including later ones, because the process is gone. */
  void died(VmmException why) {
    death = why;
    fail(agentPort, why);
    fail(migrated, why);
    plugging.values().forEach(plugged -> fail(plugged, why));
    unplugging.values().forEach(gone -> fail(gone, why));
    jobs.values().forEach(ended -> fail(ended, why));
  }

  private static void fail(CompletableFuture<?> future, VmmException why) {
    future.completeExceptionally(why);
  }

  private <T> CompletableFuture<T> awaited(Map<String, CompletableFuture<T>> waits, String id) {
    CompletableFuture<T> wait = waits.computeIfAbsent(id, unknown -> new CompletableFuture<>());
    // Read after the map has the wait, so this method sees died() or died() sees the wait.
    VmmException why = death;
    if (why != null) {
      fail(wait, why);
    }
    return wait;
  }

  /** Completes when the guest has opened the agent's port. */
  CompletableFuture<Void> agentPort() {
    return agentPort;
  }

  /**
   * Completes when the guest has accepted {@code device}; fails when it refuses it. Call this
   * before you plug the device.
   */
  CompletableFuture<Void> plugged(String device) {
    return awaited(plugging, device);
  }

  /** Completes when {@code device} is gone. Call this before you request the removal. */
  CompletableFuture<Void> unplugged(String device) {
    return awaited(unplugging, device);
  }

  /**
   * Completes when {@code job} has ended, with whether it succeeded. Call this before you start it.
   */
  CompletableFuture<Boolean> jobEnded(String job) {
    return awaited(jobs, job);
  }

  /** Completes when the next job has ended. Call this before you ask which jobs there are. */
  CompletableFuture<Boolean> anyJobEnded() {
    return awaited(jobs, ANY_JOB);
  }

  /**
   * Completes when device state was read or written completely. A VM does only one of them, once.
   */
  CompletableFuture<Void> migrated() {
    return migrated;
  }
}
