package io.vmfactory.harness.storm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.RunningVm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * VM processes and folders, seen from outside the daemon, to find those that no one accounts for.
 *
 * @param processes ids of the VMs that run
 * @param folders ids of the VMs that have a folder
 */
record Leftovers(Set<String> processes, Set<String> folders) {

  /**
   * Looks until there are as many VMs as the daemon reports and each has its folder, or until the
   * deadline. Looks again when a folder comes or goes, because a VM begins and ends with its
   * folder.
   */
  static Leftovers look(Path vms, int answeredFor, Deadline deadline)
      throws IOException, InterruptedException {
    try (WatchService watch = vms.getFileSystem().newWatchService()) {
      vms.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
      while (true) {
        Leftovers now = now(vms);
        WatchKey key =
            now.complaints(answeredFor).isEmpty()
                ? null
                : watch.poll(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        if (key == null) {
          return now;
        }
        key.pollEvents();
        key.reset();
      }
    }
  }

  /** Ends every VM of that folder. */
  static void killAll(Path vms, Deadline deadline) {
    RunningVm.of(vms).forEach(vm -> vm.kill(deadline));
  }

  static Leftovers now(Path vms) throws IOException {
    Set<String> running =
        RunningVm.of(vms).stream()
            .map(RunningVm::vm)
            .collect(Collectors.toCollection(TreeSet::new));
    try (Stream<Path> list = Files.list(vms)) {
      Set<String> folders =
          list.map(folder -> folder.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new));
      return new Leftovers(running, folders);
    }
  }

  /** Returns what is wrong if the daemon reports that many VMs. */
  List<String> complaints(int answeredFor) {
    List<String> complaints = new ArrayList<>();
    if (processes.size() != answeredFor) {
      complaints.add(
          "the daemon reports %d VMs, and these %d run: %s"
              .formatted(answeredFor, processes.size(), processes));
    }
    if (!folders.equals(processes)) {
      complaints.add("VMs that run: %s, folders: %s".formatted(processes, folders));
    }
    return complaints;
  }
}
