package io.vmfactory.harness.daemon;

import io.vmfactory.vmm.groups.ControlGroups;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The control groups of private daemons and of runtimes, by the folder of their VMs. */
public final class DaemonGroups {
  private static final Path TREES = Path.of("/sys/fs/cgroup");

  private DaemonGroups() {}

  /**
   * Returns the control group of the VMs, in every tree that has it.
   *
   * @param folder a daemon's run_dir, or the sandbox_dir of VMs that were booted directly
   */
  public static List<Path> of(Path folder) throws IOException {
    String name = ControlGroups.name(folder);
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        TREES,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path group, BasicFileAttributes attributes) {
            if (group.endsWith(name)) {
              found.add(group);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path gone, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  /**
   * Removes the control groups of a killed daemon's run_dir and sandboxes. Its VMs must be gone.
   */
  static void clear(Path runDir) {
    ControlGroups.clear(ControlGroups.name(runDir));
    ControlGroups.clear(ControlGroups.name(runDir.resolve("sandboxes")));
  }
}
