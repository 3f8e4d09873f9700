package io.vmfactory.factory.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.StandIn;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a base VM whose client is gone. A stand-in acts as its process. */
class UnclaimedVmsTest {
  private static final String VM = "0123456789abcdef0123456789abcdef";

  @TempDir Path root;
  @TempDir Path programs;
  private Process process;
  private VmFolder folder;

  @BeforeEach
  void start() throws IOException {
    process = StandIn.start(programs, "vmfactory-" + VM);
    folder = new VmFolder(Files.createDirectory(root.resolve(VM)));
  }

  private void end() {
    new UnclaimedVms(new VmFolders(root), new Journal(), new ProcProcesses(StandIn.TABLE))
        .end(new VmId(VM));
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  private Path exe() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe"));
  }

  private void give(long startTicksOff) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    long ticks = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
    VmIdentity who =
        new VmIdentity(new VmId(VM), (int) process.pid(), ticks + startTicksOff, exe());
    new Journal()
        .write(
            folder,
            VmRecord.making(VM, "COLD", "", new Sizing(1, 128), Instant.EPOCH)
                .started(who)
                .givenAway());
  }

  @Test
  void itsProcessEndsAndItsFolderGoes() throws Exception {
    give(0);
    end();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void anotherProcessOfThatPidIsLeftAlone() throws Exception {
    give(1);
    end();
    assertThat(process.isAlive()).isTrue();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void aRecordThatNamesAStrangersProcessDoesNotEndIt() throws Exception {
    process.destroyForcibly();
    process = StandIn.start(programs, "vmfactory-of-a-stranger");
    give(0);
    assertThatThrownBy(this::end).hasMessageContaining("left alone");
    assertThat(process.isAlive()).isTrue();
  }
}
