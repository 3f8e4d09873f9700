package io.vmfactory.harness.storm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.RunningVm;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Base VMs that were given away without a reply, because the daemon was killed while it gave them
 * away. Only their records show them. The operator of a host ends such VMs; in a storm, this class
 * does.
 */
final class Foundlings {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path vms;
  private int buried;

  Foundlings(Path vms) {
    this.vms = vms;
  }

  /**
   * Ends as many of them as requests were cut off. If there is one more, it stays and is found
   * later.
   */
  void bury(List<Operation> history) {
    long lost =
        history.stream()
            .filter(o -> o.kind() == Kind.GET_BASE && o.outcome() == Outcome.UNKNOWN)
            .count();
    Set<String> known =
        history.stream()
            .filter(o -> o.kind() == Kind.GET_BASE && o.ok())
            .map(Operation::vm)
            .collect(Collectors.toSet());
    try (Stream<Path> folders = Files.list(vms)) {
      folders
          .map(folder -> folder.getFileName().toString())
          .filter(vm -> !known.contains(vm) && givenAway(vm))
          .limit(lost - buried)
          .forEach(this::bury);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the VM's process, unless it has ended by itself, and removes the VM's folder. */
  private void bury(String vm) {
    RunningVm.of(vms).stream()
        .filter(process -> process.vm().equals(vm))
        .forEach(process -> process.kill(Deadline.after(LIMIT)));
    DaemonHome.remove(vms.resolve(vm));
    buried++;
  }

  private boolean givenAway(String vm) {
    try {
      return Files.readString(vms.resolve(vm).resolve("vm.json")).contains("GIVEN_AWAY");
    } catch (java.nio.file.NoSuchFileException ended) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
