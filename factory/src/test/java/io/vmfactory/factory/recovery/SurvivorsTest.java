package io.vmfactory.factory.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.StandIn;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests against real processes and the real /proc; the processes are no VMs, so none can be taken
 * over.
 */
@Timeout(60)
final class SurvivorsTest {
  private final Journal journal = new Journal();
  private final VmId id = VmId.random();
  private final Heard heard = new Heard();
  @TempDir private Path root;
  private VmFolder folder;
  private Process process;

  /** Takes nothing over, but records all reports. */
  private static final class Heard implements Adopters, Adopter {
    final List<String> reported = new CopyOnWriteArrayList<>();

    @Override
    public VmSpec spec(VmRecord record) {
      return null;
    }

    @Override
    public Adopter expect(VmRecord record) {
      return this;
    }

    @Override
    public void countGivenAway(VmFolder givenAway, VmRecord record, VmIdentity who) {
      reported.add("given away: " + who.id());
    }

    @Override
    public void died(VmRecord record) {
      reported.add("died: " + record.id());
    }

    @Override
    public void tell(String vmId, String what) {
      reported.add(vmId + ": " + what);
    }

    @Override
    public Duration limit() {
      return Duration.ofSeconds(20);
    }

    @Override
    public boolean hasCustomer() {
      return true;
    }

    @Override
    public boolean take(HostedVm hosted, Deadline deadline) {
      throw new AssertionError("there is no VM to take");
    }

    @Override
    public void lost(String why) {
      reported.add("lost: " + why);
    }
  }

  @BeforeEach
  void start() throws IOException {
    folder = new VmFolders(root.resolve("vm")).create(id);
    Files.createFile(folder.consoleLog());
    process = StandIn.start(root, id.processName());
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
    Path exe = Files.readSymbolicLink(proc.resolve("exe"));
    long ticks = ProcessIdentity.startTicks(proc) + ticksOff;
    return making().started(new VmIdentity(id, (int) process.pid(), ticks, exe));
  }

  private VmRecord leased() throws IOException {
    return started(0)
        .leased(LeaseEntry.of("lease", 7, "owner", Duration.ofSeconds(9), Instant.EPOCH));
  }

  private List<String> recover() {
    heard.reported.clear();
    VmProcesses processes = new ProcProcesses(StandIn.TABLE);
    TakeOver takeOver = new TakeOver(new FakeHypervisor(), processes, new Journal(), heard);
    var done =
        new Recovery(new Survivors(journal, processes, takeOver, heard)).run(root.resolve("vm"));
    Deadline.after(Duration.ofSeconds(30)).await(done, "the recovery");
    return heard.reported;
  }

  private void assertEnded() throws InterruptedException {
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.path()).doesNotExist();
    assertThat(recover()).isEmpty();
  }

  @Test
  void aFolderWhoseProcessIsGoneIsRemoved() throws Exception {
    journal.write(folder, started(0));
    stop();
    assertThat(recover()).isEmpty();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aFolderWhosePidBelongsToALaterProcessIsRemoved() throws Exception {
    journal.write(folder, started(1).warm("digest"));
    assertThat(recover()).isEmpty();
    assertThat(folder.path()).doesNotExist();
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void aLeasedVmThatEndedMeanwhileIsReportedToItsOwner() throws Exception {
    journal.write(folder, leased());
    stop();
    assertThat(recover()).containsExactly("died: " + id);
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aVmThatCannotBeTakenOverIsEndedAndReported() throws Exception {
    journal.write(folder, leased());
    assertThat(recover()).singleElement().asString().startsWith("lost: ").contains("taken over");
    assertEnded();
  }

  @Test
  void aVmWithoutAnOwnerIsEnded() throws Exception {
    journal.write(folder, started(0));
    assertThat(recover()).singleElement().asString().contains("ended", "pid " + process.pid());
    assertEnded();
  }

  @Test
  void aVmWhosePidWasNeverRecordedIsFoundByItsCommandLineAndEnded() throws Exception {
    journal.write(folder, making());
    assertThat(recover()).singleElement().asString().contains("pid " + process.pid());
    assertEnded();
  }

  @Test
  void aVmWhoseLauncherRunsBesideItIsEndedWithIt() throws Exception {
    Process launcher = StandIn.launcher(root, id.processName());
    try {
      journal.write(folder, making());
      recover();
      assertThat(launcher.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertEnded();
    } finally {
      launcher.destroyForcibly().waitFor();
    }
  }

  @Test
  void aTemplateBeingBuiltHasNoRecordAndIsEndedToo() throws Exception {
    assertThat(recover()).singleElement().asString().contains("pid " + process.pid());
    assertEnded();
  }

  @Test
  void aVmThatWasGivenAwayIsNotTouchedWhileItLives() throws Exception {
    journal.write(folder, started(0).givenAway());
    assertThat(recover()).containsExactly("given away: " + id);
    assertThat(process.isAlive()).isTrue();
    assertThat(folder.consoleLog()).exists();
    stop();
    assertThat(recover()).isEmpty();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aRecordThatMakesNoSenseIsLeftAloneAndReportedEachTime() throws Exception {
    Files.writeString(folder.record(), "{\"version\":4}");
    for (int times = 0; times < 2; times++) {
      assertThat(recover())
          .singleElement()
          .asString()
          .contains("vm.json", "left alone", "Its VM runs, pid " + process.pid());
    }
    assertThat(process.isAlive()).isTrue();
    stop();
    assertThat(recover()).singleElement().asString().contains("remove the folder");
    assertThat(folder.record()).exists();
  }

  @Test
  void aHalfWrittenRecordBesideTheRealOneMeansNothing() throws Exception {
    journal.write(folder, started(0).givenAway());
    Files.writeString(folder.path().resolve("vm.json.tmp"), "{\"version\":2,\"state\":\"MAK");
    assertThat(recover()).containsExactly("given away: " + id);
    assertThat(process.isAlive()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRecordThatNamesAProcessThatIsNoQemuNeverEndsIt(boolean ofVmsName) throws Exception {
    stop();
    process = StandIn.stranger(ofVmsName ? id.processName() : "another");
    for (VmRecord planted : List.of(started(0), leased(), started(0).warm("digest"))) {
      journal.write(folder, planted);
      assertThat(recover())
          .singleElement()
          .asString()
          .contains("process " + process.pid(), "not a QEMU of VM " + id, "left alone");
      assertThat(process.isAlive()).isTrue();
      assertThat(folder.record()).exists();
    }
  }

  @Test
  void anImpostorWithAVmsNameHidesNoVm() throws Exception {
    stop();
    Process impostor = StandIn.stranger(id.processName()); // has the smaller pid
    try {
      process = StandIn.start(root, id.processName());
      assertThat(recover()).singleElement().asString().contains("pid " + process.pid());
      assertEnded();
      assertThat(impostor.isAlive()).isTrue();
    } finally {
      impostor.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFolderThatOthersMayWriteIsLeftAlone() throws Exception {
    journal.write(folder, started(0));
    Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxrwx---"));
    assertThat(recover())
        .singleElement()
        .asString()
        .contains("chmod go-w '" + folder.path() + "'", "left alone");
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void aLinkInPlaceOfAFolderIsNotFollowed() throws Exception {
    journal.write(folder, started(0));
    Path elsewhere = Files.move(folder.path(), root.resolve("elsewhere"));
    Files.createSymbolicLink(folder.path(), elsewhere);
    assertThat(recover()).isEmpty();
    assertThat(process.isAlive()).isTrue();
    assertThat(elsewhere.resolve("vm.json")).exists();
  }

  @Test
  void whatIsNoVmsFolderIsLeftAlone() throws Exception {
    journal.write(folder, started(0).givenAway());
    Path foreign = Files.createDirectories(root.resolve("vm/notes/deep"));
    Path file = Files.writeString(root.resolve("vm/" + VmId.random()), "a file, not a folder");
    assertThat(recover()).containsExactly("given away: " + id);
    assertThat(foreign).exists();
    assertThat(file).exists();
  }

  @Test
  void noFolderAtAllIsNoWork() throws IOException {
    folder.remove();
    Files.delete(root.resolve("vm"));
    assertThat(recover()).isEmpty();
  }
}
