package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxStatus.State;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxCommandsTest {
  private final FakeSandboxes sandboxes =
      new FakeSandboxes()
          .with("web1", State.RUNNING, "c0")
          .with("web2", State.PAUSED, "c0", "c1")
          .with("old", State.STOPPED);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Cli run(String line) {
    Stdio stdio = new Stdio(InputStream.nullInputStream(), out, out);
    ContainerAccess containers =
        new ContainerAccess(
            settings -> sandboxes,
            () -> new StreamSession(stdio, (name, handler) -> {}, code -> {}));
    return Cli.run(containers, (Object[]) line.split(" "));
  }

  @Test
  void lsShowsEverySandboxAndWhatItWasMadeFor() {
    Cli ls = run("sandbox ls");

    assertThat(ls.exit()).isZero();
    assertThat(ls.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsExactly(
            "SANDBOX STATE AGE VM ROUTE SIZE OWNER COMMAND",
            "web1 running 61s 0123456789ab WARM 2 vCPUs, 256 MiB 4711 sleep 9",
            "web2 paused 61s 0123456789ab WARM 2 vCPUs, 256 MiB 4711 sleep 9",
            "old stopped 61s 4711 sleep 9");
  }

  @Test
  void lsAsJson() throws Exception {
    JsonValue first = JsonValue.parse(run("sandbox ls --json").out()).list("sandboxes").get(0);

    assertThat(first.text("id")).isEqualTo("web1");
    assertThat(first.get("vm").number("pid")).isEqualTo(17);
    assertThat(first.text("command")).isEqualTo("sleep 9");
  }

  @ParameterizedTest
  @CsvSource({"rm, delete", "pause, pause", "resume, resume"})
  void theVerbsAreDoneToEachSandboxThatIsNamed(String command, String verb) {
    assertThat(run("sandbox " + command + " web1 old").exit()).isZero();

    assertThat(sandboxes.done).containsExactly(verb + " web1", verb + " old", "close");
  }

  @Test
  void forkNamesTheNewSandboxesAndTheirLeases() throws Exception {
    Cli fork = run("fork web1 -n 2 --ttl 10m");

    assertThat(fork.out().lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "SANDBOX LEASE", "web1-0 lease0", "web1-1 lease1", "the source stood still for 4.2 ms");
    assertThat(sandboxes.done).containsExactly("fork web1 x2 for PT10M", "close");
    JsonValue json = JsonValue.parse(run("fork web2 --json").out());
    assertThat(json.list("clones").get(0).text("sandbox")).isEqualTo("web2-0");
    assertThat(json.list("clones").get(0).text("lease")).isEqualTo("lease0");
    assertThat(json.number("pauseMicros")).isEqualTo(4200);
    assertThat(run("fork nosuch").exit()).isEqualTo(1);
  }

  @Test
  void pauseAndResumeOfASandboxAreThoseOfItsVm() {
    assertThat(run("pause web1 old").exit()).isZero();
    assertThat(run("resume web1").exit()).isZero();
    assertThat(sandboxes.done)
        .containsExactly(
            "pause the VM of web1",
            "pause the VM of old",
            "close",
            "resume the VM of web1",
            "close");
    assertThat(run("pause nosuch").exit()).isEqualTo(1);
  }

  @Test
  void suspendAndResumeTakeSandboxesByIdAndByLease() {
    Cli suspend = run("suspend web2 " + FakeSandboxes.LEASE + " --ttl 2h");
    assertThat(suspend.out().lines())
        .containsExactly(
            "suspended web2: 3.0 MiB on disk, ends in 2h",
            "suspended web1: 3.0 MiB on disk, ends in 2h");
    assertThat(run("resume web1 --ttl 9m").exit()).isZero();
    assertThat(sandboxes.done)
        .containsExactly(
            "suspend the VM of web2 for PT2H",
            "suspend the VM of web1 for PT2H",
            "close",
            "resume the VM of web1 for PT9M",
            "close");
  }

  @Test
  void aSuspendedSandboxIsListedAndCanBeRemovedAndKilled() throws Exception {
    sandboxes.with("cold", State.SUSPENDED);
    assertThat(run("ps").out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .contains("cold suspended sleep 9");
    List<JsonValue> all = JsonValue.parse(run("ps --json").out()).list("processes");
    assertThat(all.get(all.size() - 1).text("state")).isEqualTo("suspended");
    assertThat(run("sandbox ls").out().replaceAll(" +", " ")).contains("cold suspended 61s");
    sandboxes.done.clear();
    assertThat(run("kill cold").exit()).isZero();
    assertThat(sandboxes.done).containsExactly("delete cold", "close");
  }

  @Test
  void psShowsTheProcessesOfAllThatRunWithoutWhatSteersTerminals() {
    Cli ps = run("ps");

    assertThat(ps.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsExactly(
            "SANDBOX CONTAINER PID VM PID UID STATE CPU MEMORY COMMAND",
            "web1 c0 1 90 1000 S 20.0 ms 512 KiB sleep 9\uFFFD[2J",
            "web2 c0 1 90 1000 S 20.0 ms 512 KiB sleep 9\uFFFD[2J",
            "web2 c1 1 90 1000 S 20.0 ms 512 KiB sleep 9\uFFFD[2J");
    assertThat(run("ps web2/c1").out().lines()).hasSize(2);
  }

  @Test
  void psAndStatsAsJson() throws Exception {
    JsonValue process = JsonValue.parse(run("ps web1 --json").out()).list("processes").get(0);
    JsonValue stats = JsonValue.parse(run("stats web1 --json").out()).list("containers").get(0);

    assertThat(process.texts("commandLine")).containsExactly("sleep", "9\u001b[2J");
    assertThat(process.number("pid")).isEqualTo(1);
    assertThat(stats.get("memory").number("usage")).isEqualTo(3 << 20);
    assertThat(stats.list("networks").get(0).text("name")).isEqualTo("lo");
  }

  @Test
  void statsShowsWhatEachContainerUses() {
    assertThat(run("stats web2/c1").out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsExactly(
            "SANDBOX CONTAINER CPU THROTTLED MEMORY CACHE LIMIT PIDS READ WRITTEN",
            "web2 c1 1.50 s 0.0 ms 3.0 MiB 1.0 MiB 2 4 KiB 8 KiB");
  }

  @ParameterizedTest
  @CsvSource({
    "kill web1, kill 9 web1/c0",
    "kill --signal SIGTERM web1, kill 15 web1/c0",
    "kill -s usr1 web2/c1, kill 10 web2/c1",
    "kill --signal 64 web1, kill 64 web1/c0",
    "kill -s usr2 web1, kill 12 web1/c0",
    "kill -s SIGRTMIN web1, kill 34 web1/c0",
    "kill -s sigrtmin+15 web1, kill 49 web1/c0",
    "kill -s RTMAX-1 web1, kill 63 web1/c0",
    "kill -s rtmax web1, kill 64 web1/c0",
    "kill -s SIGCLD web1, kill 17 web1/c0",
    "kill -s 09 web1, kill 9 web1/c0",
  })
  void killTakesNamesAndNumbers(String line, String done) {
    assertThat(run(line).exit()).isZero();
    assertThat(sandboxes.done).containsExactly(done, "close");
  }

  @Test
  void killOfASandboxGoesToAllOfItsContainers() {
    run("kill web2");

    assertThat(sandboxes.done).containsExactly("kill 9 web2/c0", "kill 9 web2/c1", "close");
  }

  @Test
  void execIsTheCommandInItsContainerWithWhatRunWasGiven() {
    sandboxes.executed.prints(new byte[] {0, 'a'}, new byte[0]).exit.complete(3);

    Cli exec = run("exec --env X=y --user 7:8 web1 -- ls -l --json -- --help");

    assertThat(exec.exit()).isEqualTo(3);
    assertThat(out.toByteArray()).containsExactly(0, 'a');
    assertThat(sandboxes.asked.args()).containsExactly("ls", "-l", "--json", "--", "--help");
    assertThat(sandboxes.asked.env()).contains("A=b c", "X=y");
    assertThat(sandboxes.asked.cwd()).isEqualTo("/srv");
    assertThat(sandboxes.asked.proto().getUser().getGID()).isEqualTo(8);
    assertThat(sandboxes.done).containsExactly("exec web1/c0", "close");
  }

  @ParameterizedTest
  @CsvSource({"COMMAND_NOT_FOUND, 127", "NOT_EXECUTABLE, 126", "WRONG_STATE, 125", "LOST, 125"})
  void whatCannotBeRunHasTheCodesOfShells(Reason reason, int code) {
    sandboxes.refusal = new SandboxException(reason, "no such program: frob");

    Cli exec = run("exec web1 frob");

    assertThat(exec.exit()).isEqualTo(code);
    assertThat(exec.err()).isEqualTo("vmfactory: no such program: frob\n");
  }

  @Test
  void whichContainerMustBeSaidWhereThereAreSeveral() {
    Cli exec = run("exec web2 -- ls");

    assertThat(exec.exit()).isEqualTo(125);
    assertThat(exec.err()).contains("several containers: c0, c1", "web2/c0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "125 | run -- ls | --rootfs",
        "125 | run --rootfs /a --image /b -- ls | mutually exclusive",
        "125 | run --rootfs /a --volume-ro /x -- ls | HOST-DIR:CONTAINER-DIR",
        "125 | run --rootfs /a --volume-ro /x:/y/.. -- ls | hides the root file system",
        "125 | run --rootfs /a --vcpus 0 -- ls | --vcpus is 0; it must be 1..240",
        "125 | run --rootfs /a --memory-limit 3 -- ls | --memory-limit is 3; it must be 4..1048576",
        "125 | run --rootfs /a --cpu-limit 0 -- ls | --cpu-limit is 0.0; it must be 0.01..240",
        "125 | run --rootfs /a --cpu-limit NaN -- ls | --cpu-limit is NaN",
        "125 | run --rootfs /a --pids-limit 0 -- ls | --pids-limit is 0; it must be 1..4194304",
        "125 | run --template a --pids-limit 9 -- ls | limits of a container cannot be combined",
        "125 | run --rootfs | --rootfs",
        "125 | exec web1 | CMD",
        "125 | exec --env =x web1 ls | has no name",
        "125 | exec --user root web1 ls | it must be numeric",
        "125 | exec nowhere ls | no sandbox nowhere",
        "2   | kill --signal FROB web1 | FROB",
        "2   | kill --signal 65 web1 | 65",
        "2   | kill --signal 0 web1 | 1..64",
        "2   | kill --signal -9 web1 | 1..64",
        "2   | kill --signal 99999999999 web1 | 1..64",
        "2   | kill --signal RTMIN+31 web1 | RTMIN+31",
        "2   | kill --signal RTMAX-31 web1 | RTMAX-31",
        "2   | kill --signal RTMIN-1 web1 | RTMIN-1",
        "2   | kill | SANDBOX",
        "1   | ps nowhere | no sandbox nowhere",
        "2   | sandbox rm | SANDBOX",
        "2   | sandbox frob | no such command: frob",
      })
  void aRefusedChangeIsReported(int code, String line, String message) {
    Cli bad = run(line);

    assertThat(bad.err()).startsWith("vmfactory: ").contains(message);
    assertThat(bad.exit()).isEqualTo(code);
    assertThat(bad.out()).isEmpty();
  }

  @Test
  void aCommandsOwnWordsAreNotTakenForOurs() {
    assertThat(Commands.isServe("exec", "web1", "serve")).isFalse();
    assertThat(Commands.isServe("--config", "x", "serve")).isTrue();
  }
}
