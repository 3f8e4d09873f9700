package io.vmfactory.guest.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers of our own guest whose program is chosen at their start. */
@Tag("qemu")
@Timeout(300)
final class ProgramAtStartIT {
  private static final String ROOT = "/run/kata-containers/c/rootfs";
  private static final ProcessRef FIRST = ProcessRef.first("c");
  private static final OciSpec SPEC =
      OciSpec.standard()
          .withRoot(ROOT, false)
          .with(process -> process.withArgs(List.of("/bin/busybox", "echo", "early")));

  @TempDir static Path dir;
  private static RealGuest guest;
  private static GuestAgent agent;

  @BeforeAll
  static void boot() {
    guest = new RealGuest(dir);
    agent = guest.agent();
    agent.awaitServing(RealGuest.soon());
  }

  @AfterAll
  static void kill() {
    agent.close();
    guest.close();
  }

  @BeforeEach
  void begin() throws IOException {
    agent
        .sandbox()
        .create(new SandboxRequest("s", "", List.of(), List.of(), false), RealGuest.soon());
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    GuestFile file = new GuestFile(ROOT + "/bin/busybox", 0755, 0755, 0, 0, busybox);
    agent.sandbox().copyFile(file, RealGuest.soon());
  }

  @AfterEach
  void end() {
    agent.sandbox().destroy(RealGuest.soon());
  }

  private void create(OciSpec spec) {
    agent
        .containers()
        .create(new ContainerRequest("c", spec, List.of(), false, true), RealGuest.soon());
  }

  private void start(OciSpec spec, String... args) {
    agent.containers().start("c", spec.process().withArgs(List.of(args)), RealGuest.soon());
  }

  @Test
  void anotherProgramRunsWithTheUserOfTheCreation() {
    OciSpec spec = SPEC.with(process -> process.withUser(1000, 1001, List.of()));
    create(spec);
    assertThat(agent.containers().list(RealGuest.soon()).get(0).state()).isEqualTo(State.CREATED);
    ProcessRef before = new ProcessRef("c", "before");
    List<String> touch = List.of("/bin/busybox", "sh", "-c", "echo $PPID; exit 3");
    agent.processes().exec(before, spec.process().withArgs(touch), RealGuest.soon());
    assertThat(exit(before)).isEqualTo(3);

    start(
        spec.with(process -> process.withEnv(List.of("A=late")).withCwd("/bin")),
        "busybox",
        "sh",
        "-c",
        "busybox id -u; busybox id -g; echo $A $$; pwd; exit 4");

    assertThat(output()).isEqualTo("1000\n1001\nlate 1\n/bin\n");
    assertThat(exit(FIRST)).isEqualTo(4);
  }

  @Test
  void oneThatWaitsBecomesAnotherOneWithAnotherIdAndOtherFiles() {
    GuestFile before = new GuestFile("/run/engine/0", 0644, 0755, 0, 0, "before".getBytes(UTF_8));
    agent.sandbox().copyFile(before, RealGuest.soon());
    create(SPEC.withMount(new OciMount("/etc/own", "bind", "/run/engine/0", List.of("bind"))));
    agent
        .sandbox()
        .overwriteFile(
            new GuestFile("/run/engine/0", 0644, 0755, 0, 0, "after".getBytes(UTF_8)),
            RealGuest.soon());
    List<String> args = List.of("/bin/busybox", "sh", "-c", "busybox cat /etc/own; exit 5");
    agent.containers().reuse("c", "other", SPEC.process().withArgs(args), RealGuest.soon());
    assertThat(agent.containers().list(RealGuest.soon()))
        .extracting(ContainerInfo::id)
        .containsExactly("other");
    agent.containers().start("other", RealGuest.soon());
    assertThat(output(ProcessRef.first("other"))).isEqualTo("after");
    assertThat(exit(ProcessRef.first("other"))).isEqualTo(5);
    assertThatThrownBy(() -> start(SPEC, "/bin/busybox"))
        .isInstanceOfSatisfying(
            GuestException.class, e -> assertThat(e.code()).isEqualTo(GuestException.NOT_FOUND));
  }

  @Test
  void aProgramThatIsNotThereEndsTheContainerAndSaysSo() {
    create(SPEC);
    assertThatThrownBy(() -> start(SPEC, "/no/such"))
        .isInstanceOfSatisfying(
            GuestException.class, e -> assertThat(e.code()).isEqualTo(GuestException.NOT_FOUND))
        .hasMessageContaining("/no/such: command not found");
    assertThat(exit(FIRST)).isEqualTo(127);
  }

  @Test
  void oneThatWasCreatedForItsOwnProgramRunsNoOther() {
    agent.containers().create(new ContainerRequest("c", SPEC, List.of(), false), RealGuest.soon());
    assertThatThrownBy(() -> start(SPEC, "/bin/busybox", "echo", "late"))
        .isInstanceOfSatisfying(
            GuestException.class,
            e -> assertThat(e.code()).isEqualTo(GuestException.FAILED_PRECONDITION));
    agent.containers().start("c", RealGuest.soon());
    assertThat(output()).isEqualTo("early\n");
  }

  @Test
  void aProbeSeesFilesAndPorts() {
    create(SPEC);
    assertThat(agent.containers().hasFile("c", "/ready", RealGuest.soon())).isFalse();
    assertThat(agent.containers().listens("c", 8080, RealGuest.soon())).isFalse();
    start(
        SPEC,
        "/bin/busybox",
        "sh",
        "-c",
        "echo > /ready; busybox httpd -p 8080; echo done; busybox sleep 1000");
    assertThat(new String(read(FIRST), UTF_8)).isEqualTo("done\n");
    assertThat(agent.containers().hasFile("c", "/ready", RealGuest.soon())).isTrue();
    assertThat(agent.containers().listens("c", 8080, RealGuest.soon())).isTrue();
    assertThat(agent.containers().listens("c", 8081, RealGuest.soon())).isFalse();
    agent.containers().remove("c", Duration.ZERO, RealGuest.soon());
    assertThatThrownBy(() -> agent.containers().hasFile("c", "/ready", RealGuest.soon()))
        .isInstanceOf(GuestException.class);
  }

  private int exit(ProcessRef process) {
    return agent.processes().exit(process).toCompletableFuture().join();
  }

  private byte[] read(ProcessRef of) {
    return agent.processes().read(of, Output.STDOUT, 4096).toCompletableFuture().join();
  }

  private String output() {
    return output(FIRST);
  }

  private String output(ProcessRef of) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some;
    do {
      some = read(of);
      all.writeBytes(some);
    } while (some.length > 0);
    return all.toString(UTF_8);
  }
}
