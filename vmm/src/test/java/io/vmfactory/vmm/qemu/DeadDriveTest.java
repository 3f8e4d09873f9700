package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.DeadMount;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests drives whose file lies on a file system that does not answer. */
class DeadDriveTest extends ScriptedQemu {
  @TempDir private Path folder;

  private static Deadline soon() {
    return Deadline.after(Duration.ofMillis(200));
  }

  @Test
  void attachingEndsAtItsDeadlineAndTheVmGoesOn() throws IOException {
    assumeThat(DeadMount.isPossible()).as("root and /dev/fuse").isTrue();
    monitor.says("query-status", status("running"));
    Vm vm = qemu.adopt(survivor, deadline);
    try (DeadMount dead = DeadMount.over(folder)) {
      DriveImage image = new DriveImage(dead.file(), DriveMode.READ_ONLY, folder);
      assertThatThrownBy(() -> vm.drives().attach(image, soon()))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("the file system of drive " + dead.file() + " to answer");
      vm.check(deadline);
      assertThat(monitor.heard()).doesNotContain("add-fd");
    }
    vm.kill();
  }

  @Test
  void aFileThatIsNotThereIsRefusedAsBefore() {
    monitor.says("query-status", status("running"));
    Vm vm = qemu.adopt(survivor, deadline);
    DriveImage image = new DriveImage(folder.resolve("no"), DriveMode.READ_ONLY, folder);
    for (Deadline any : List.of(deadline, Deadline.after(Duration.ofHours(1)))) {
      assertThatThrownBy(() -> vm.drives().attach(image, any))
          .isInstanceOfSatisfying(
              VmmException.class,
              e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.INVALID));
    }
    vm.kill();
  }
}
