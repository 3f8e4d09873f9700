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
 * Base VMs that were given away in a reply that never came, because the daemon was killed as it
 * gave it. Nobody can know of them but by their records. Whoever runs the host ends them; here,
 * that is us.
 */
final class Foundlings {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path vms;
  private int buried;

  Foundlings(Path vms) {
    this.vms = vms;
  }

  /** Ends them all, as many as cut-off requests account for; a further one is left to be found. */
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

  /** With its process, unless that has ended, as any may that nobody looks after. */
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
