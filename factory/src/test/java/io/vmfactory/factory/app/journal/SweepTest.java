package io.vmfactory.factory.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real processes and the real /proc. */
final class SweepTest {
  private static final Instant EXPIRY = Instant.parse("2026-01-01T00:00:00Z");

  private final Journal journal = new Journal();
  private final VmId id = VmId.random();
  @TempDir private Path root;
  private VmFolder folder;
  private Process process;

  @BeforeEach
  void start() throws IOException {
    folder = new VmFolders(root.resolve("vm")).create(id);
    Files.createFile(folder.consoleLog());
    // Waits for its standard input to end, and has its name where a VMM has it.
    process =
        new ProcessBuilder("/bin/sh", "-c", "read line", "-name", id.processName(), "-display")
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private VmRecord making() {
    return VmRecord.making(id.value(), "TEMPLATE", "ab", new Sizing(1, 256), Instant.EPOCH);
  }

  private VmRecord started(long ticksOff) throws IOException {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    String stat = Files.readString(proc.resolve("stat"));
    long ticks = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    Path exe = Files.readSymbolicLink(proc.resolve("exe"));
    return making().started(new VmIdentity(id, (int) process.pid(), ticks + ticksOff, exe));
  }

  private VmRecord leased() throws IOException {
    return started(0)
        .handedOut("WARM", "host", new Sizing(2, 512), EXPIRY)
        .leased("lease", "owner", Duration.ofSeconds(9), EXPIRY);
  }

  private List<String> sweep() {
    return sweep(EXPIRY);
  }

  private List<String> sweep(Instant now) {
    return new Sweep(journal, new Processes(Path.of("/proc")), () -> now).run(root.resolve("vm"));
  }

  @Test
  void aFolderWhoseProcessIsGoneIsRemoved() throws Exception {
    journal.write(folder, started(0));
    stop();
    assertThat(sweep()).isEmpty();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aFolderWhosePidBelongsToALaterProcessIsRemoved() throws Exception {
    journal.write(folder, started(1));
    assertThat(sweep()).isEmpty();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aLeasedVmThatLivesOnIsLeftAloneAndTold() throws Exception {
    journal.write(folder, leased());
    assertThat(sweep()).singleElement().asString().contains("pid " + process.pid(), "left alone");
    assertThat(folder.consoleLog()).exists();
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void aVmWhoseLeaseHasExpiredMeanwhileIsEndedAndTold() throws Exception {
    journal.write(folder, leased());
    assertThat(sweep(EXPIRY.plusMillis(1)))
        .singleElement()
        .asString()
        .contains("lease has expired", "pid " + process.pid());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aLeaseWhoseExpiryMakesNoSenseIsLeftAloneAndTold() throws Exception {
    journal.write(folder, leased());
    String text = Files.readString(folder.record());
    Files.writeString(folder.record(), text.replace(EXPIRY.toString(), "soon"));
    assertThat(sweep()).singleElement().asString().contains("vm.json", "left alone");
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void aVmThatNobodyHadIsEnded() throws Exception {
    journal.write(folder, started(0));
    assertThat(sweep()).singleElement().asString().contains("ended", "pid " + process.pid());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.path()).doesNotExist();
    assertThat(sweep()).isEmpty();
  }

  @Test
  void aVmWhosePidWasNeverRecordedIsFoundByItsCommandLineAndEnded() throws Exception {
    journal.write(folder, making());
    assertThat(sweep()).singleElement().asString().contains("pid " + process.pid());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aTemplateBeingBuiltHasNoRecordAndIsEndedToo() throws Exception {
    assertThat(sweep()).singleElement().asString().contains("pid " + process.pid());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aVmThatWasGivenAwayIsNeverTouched() throws Exception {
    journal.write(folder, started(0).givenAway());
    assertThat(sweep()).isEmpty();
    stop();
    assertThat(sweep()).isEmpty();
    assertThat(folder.consoleLog()).exists();
  }

  @Test
  void aRecordThatWasHalfWrittenDoesNotHideTheOneBefore() throws Exception {
    journal.write(folder, started(0));
    Files.writeString(folder.path().resolve("vm.json.tmp"), "{\"version\":1,\"sta");
    assertThat(journal.read(folder)).contains(started(0));
    journal.write(folder, started(0).givenAway());
    assertThat(journal.read(folder)).contains(started(0).givenAway());
  }

  @Test
  void aRecordThatMakesNoSenseIsLeftAloneAndTold() throws Exception {
    for (String text :
        List.of("{\"version\":3}", "{", "[]", "null", "{\"new\":1}", "{\"version\":1}")) {
      Files.writeString(folder.record(), text);
      assertThatThrownBy(() -> journal.read(folder)).isInstanceOf(UnreadableRecordException.class);
      assertThat(sweep()).singleElement().asString().contains("vm.json", "left alone");
      assertThat(folder.record()).exists();
    }
  }

  @Test
  void aRecordIsReadAsItWasWritten() throws Exception {
    for (VmRecord record :
        List.of(making(), started(0), started(0).shell("d1"), started(0).warm("d2"), leased())) {
      journal.write(folder, record);
      assertThat(journal.read(folder)).contains(record);
      assertThat(folder.record().toFile().length()).isLessThan(1024);
    }
  }

  /** As version 1 wrote them: a daemon that is upgraded takes its VMs over. */
  @Test
  void theFormatBeforeIsReadToo() throws IOException {
    Files.writeString(
        folder.record(),
        """
        {"version":1,"state":"LEASED","id":"%s","route":"TEMPLATE","templateKey":"ab",
        "hostname":"h","vcpus":1,"memoryMib":256,"madeAt":"1970-01-01T00:00:00Z",
        "process":{"pid":7,"startTicks":8,"executable":"/q"},
        "lease":{"id":"l","owner":"o","ttlMillis":9000,"expiresAt":"2026-01-01T00:00:00Z"}}"""
            .formatted(id));
    VmRecord read = journal.read(folder).orElseThrow();
    assertThat(read.state()).isEqualTo(VmRecord.State.LEASED);
    assertThat(read.templateDigest()).isEmpty();
    assertThat(read.lease().expiry()).isEqualTo(EXPIRY);
    assertThat(read.leased("l", "o", Duration.ofSeconds(9), EXPIRY).version())
        .isEqualTo(VmRecord.VERSION);
  }

  @Test
  void noFolderAtAllIsNoWork() throws IOException {
    folder.remove();
    Files.delete(root.resolve("vm"));
    assertThat(sweep()).isEmpty();
    assertThat(journal.read(folder)).isEmpty();
  }
}
