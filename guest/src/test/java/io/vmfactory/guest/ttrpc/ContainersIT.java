package io.vmfactory.guest.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessInfo;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.ResourceLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers in our own guest: crun, cgroups, pipes and terminals are real. */
@Tag("qemu")
@Timeout(300)
final class ContainersIT {
  private static final String ROOT = "/run/rootfs";
  private static final int NOT_FOUND = 5;
  private static final int PERMISSION_DENIED = 7;
  private static final int ALREADY_EXISTS = 6;

  private static RealGuest guest;
  private static GuestAgent agent;

  @BeforeAll
  static void boot(@TempDir Path dir) throws IOException {
    guest = new RealGuest(dir);
    agent = guest.agent();
    agent.awaitServing(RealGuest.soon());
    agent
        .sandbox()
        .create(new SandboxRequest("s", "pod", List.of(), List.of(), true), RealGuest.soon());
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    GuestFile file = new GuestFile(ROOT + "/bin/busybox", 0755, 0755, 0, 0, busybox);
    agent.sandbox().copyFile(file, RealGuest.soon());
    create("install", spec("/bin/busybox", "--install", "-s", "/bin"));
    agent.containers().start("install", RealGuest.soon());
    assertThat(exit("install", "install")).isZero();
  }

  @AfterAll
  static void kill() {
    agent.close();
    guest.close();
  }

  @AfterEach
  void removeAll() {
    for (ContainerInfo container : agent.containers().list(RealGuest.soon())) {
      remove(container.id());
    }
    assertThat(agent.containers().list(RealGuest.soon())).isEmpty();
  }

  private static OciSpec spec(String... args) {
    return OciSpec.standard().withRoot(ROOT, false).with(p -> p.withArgs(List.of(args)));
  }

  private static OciSpec script(String script) {
    return spec("/bin/sh", "-c", script);
  }

  private static void create(String id, OciSpec spec) {
    agent.containers().create(new ContainerRequest(id, spec, List.of(), false), RealGuest.soon());
  }

  private static void run(String id, OciSpec spec) {
    create(id, spec);
    agent.containers().start(id, RealGuest.soon());
  }

  private static void exec(String id, String exec, String... args) {
    agent
        .processes()
        .exec(
            new ProcessRef(id, exec),
            spec("x").process().withArgs(List.of(args)),
            RealGuest.soon());
  }

  private static void remove(String id) {
    agent.containers().remove(id, Duration.ofSeconds(30), RealGuest.soon());
  }

  private static int exit(String id, String exec) {
    return agent.processes().exit(new ProcessRef(id, exec)).toCompletableFuture().join();
  }

  private static byte[] read(ProcessRef process, Output output) {
    return agent.processes().read(process, output, 65536).toCompletableFuture().join();
  }

  /** Returns all of an output, up to its end. */
  private static byte[] all(ProcessRef process, Output output) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = read(process, output);
    for (; some.length > 0; some = read(process, output)) {
      all.writeBytes(some);
    }
    return all.toByteArray();
  }

  /** Returns the first line, which a terminal may deliver in parts. */
  private static String line(ProcessRef process) {
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\n") < 0) {
      line.append(new String(read(process, Output.STDOUT), UTF_8));
    }
    return line.toString();
  }

  private static String text(String id) {
    return new String(all(ProcessRef.first(id), Output.STDOUT), UTF_8);
  }

  private static ContainerInfo info(String id) {
    return agent.containers().list(RealGuest.soon()).stream()
        .filter(container -> container.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static void write(ProcessRef process, byte[] data) {
    for (int at = 0; at < data.length; ) {
      byte[] rest = Arrays.copyOfRange(data, at, Math.min(data.length, at + 32768));
      at += agent.processes().write(process, rest).toCompletableFuture().join();
    }
  }

  private static void assertRefused(int code, String why, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(GuestException.class)
        .hasMessageContaining(why)
        .extracting(e -> ((GuestException) e).code())
        .isEqualTo(code);
  }

  @Test
  void livesFromCreationToRemoval() {
    create("one", script("echo out; echo err >&2; exit 3"));
    assertThat(info("one").state()).isEqualTo(State.CREATED);
    assertRefused(ALREADY_EXISTS, "one", () -> create("one", script("true")));

    agent.containers().start("one", RealGuest.soon());

    assertThat(text("one")).isEqualTo("out\n");
    assertThat(all(ProcessRef.first("one"), Output.STDERR)).asString().isEqualTo("err\n");
    assertThat(exit("one", "one")).isEqualTo(3);
    assertThat(info("one").state()).isEqualTo(State.STOPPED);
    assertThat(info("one").exitStatus()).isEqualTo(3);
    assertRefused(
        GuestException.FAILED_PRECONDITION, "not running", () -> exec("one", "e", "/bin/true"));
    remove("one");
    assertRefused(NOT_FOUND, "one", () -> remove("one"));
  }

  @Test
  void tellsAProgramThatIsNotThereFromOneThatCannotBeExecuted() {
    assertRefused(NOT_FOUND, "/no/such: command not found", () -> create("x", spec("/no/such")));
    assertRefused(PERMISSION_DENIED, "/bin: cannot be exec", () -> create("x", spec("/bin")));
    assertThat(agent.containers().list(RealGuest.soon())).isEmpty();
    run("x", script("sleep 1000"));
    assertRefused(NOT_FOUND, "/no/such", () -> exec("x", "e", "/no/such"));
  }

  @Test
  void passesAMebibyteOfRandomBytesUnchanged() {
    byte[] bytes = new byte[1 << 20];
    new Random(3).nextBytes(bytes);
    ProcessRef cat = ProcessRef.first("cat");
    run("cat", spec("/bin/cat"));
    CompletableFuture<byte[]> back = CompletableFuture.supplyAsync(() -> all(cat, Output.STDOUT));

    write(cat, bytes);
    agent.processes().closeInput(cat, RealGuest.soon());

    assertThat(back.join()).isEqualTo(bytes);
    assertThat(exit("cat", "cat")).isZero();
  }

  @Test
  void twoContainersShareLoopbackAndHostNameAndNotProcesses() {
    run("server", script("hostname; echo ready; nc -l -p 7777 -e /bin/hostname"));
    run(
        "client",
        script("until nc 127.0.0.1 7777; do sleep 0.1; done; ps | grep -c '[n]c -l'; exit 0"));

    assertThat(text("server")).isEqualTo("pod\nready\n");
    assertThat(text("client")).isEqualTo("pod\n0\n");
  }

  private static void runSharing(String id, OciSpec spec) {
    agent.containers().create(new ContainerRequest(id, spec, List.of(), true), RealGuest.soon());
    agent.containers().start(id, RealGuest.soon());
  }

  @Test
  void containersMayShareProcesses() {
    runSharing("a", script("exec sleep 1234"));
    runSharing("b", script("ps | grep -c '[s]leep 1234'"));

    assertThat(text("b")).isEqualTo("1\n");
  }

  @Test
  void executesAndSignalsProcesses() {
    run("x", script("trap 'echo term; exit 7' TERM; echo ready; while :; do sleep 0.1; done"));
    assertThat(read(ProcessRef.first("x"), Output.STDOUT)).asString().isEqualTo("ready\n");
    exec("x", "e", "/bin/sleep", "1000");
    List<ProcessInfo> processes = agent.containers().processes("x", RealGuest.soon());
    assertThat(processes).anyMatch(p -> p.commandLine().equals(List.of("/bin/sleep", "1000")));
    assertThat(processes.get(0).containerPid()).isEqualTo(1);
    agent.processes().signal(new ProcessRef("x", "e"), 9, RealGuest.soon());
    assertThat(exit("x", "e")).isEqualTo(137);

    agent.processes().signalAll("x", 15, RealGuest.soon());

    assertThat(exit("x", "x")).isEqualTo(7);
    assertThat(text("x")).isEqualTo("term\n");
  }

  @Test
  void aTerminalHasASizeAndBothOutputsInOne() {
    OciSpec spec =
        script("stty size; read a; stty size; echo err >&2; tty")
            .with(p -> p.withTerminal(true).withTerminalSize(30, 100));
    ProcessRef first = ProcessRef.first("t");
    run("t", spec);
    assertThat(line(first)).isEqualTo("30 100\r\n");

    agent.processes().resize(first, 40, 132, RealGuest.soon());
    write(first, "\n".getBytes(UTF_8));

    assertThat(text("t")).isEqualTo("\r\n40 132\r\nerr\r\n/dev/pts/0\r\n");
  }

  private static final String STRICT =
      """
      {"ociVersion": "1.0.2", "root": {"path": "/run/rootfs"},
       "process": {"cwd": "/bin", "args": ["/bin/sh", "-c", "SCRIPT; read a"],
         "env": ["PATH=/bin", "A=first"], "noNewPrivileges": true, "oomScoreAdj": 500,
         "user": {"uid": 1000, "gid": 1000, "additionalGids": [7, 8]},
         "capabilities": {"bounding": [], "effective": [], "permitted": []},
         "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 64, "hard": 64}]},
       "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
       "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}],
         "seccomp": {"defaultAction": "SCMP_ACT_ALLOW",
           "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}}}
      """;

  /** Prints what an exec has in common with the first process; ends with a line "end". */
  private static final String SHOWN =
      "grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):' /proc/self/status;"
          + " grep 'open files' /proc/self/limits; cat /proc/self/oom_score_adj /proc/self/cgroup;"
          + " mkdir /tmp/x; echo $A; pwd; echo end";

  private static String upToEnd(ProcessRef process) {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("end\n") < 0) {
      text.append(new String(read(process, Output.STDOUT), UTF_8));
    }
    return text.toString();
  }

  private static String shown(String exec, OciProcess process) {
    ProcessRef ref = new ProcessRef("strict", exec);
    agent.processes().exec(ref, process.withArgs(List.of("sh", "-c", SHOWN)), RealGuest.soon());
    return upToEnd(ref);
  }

  /** Returns a process that leaves everything out that it may. */
  private static OciProcess bare() {
    return OciProcess.of(io.vmfactory.api.kata.Process.newBuilder().setCwd("/bin").build());
  }

  @Test
  void anExecBeginsFromTheFirstProcess() {
    OciSpec spec = OciSpec.parse(STRICT.replace("SCRIPT", SHOWN).getBytes(UTF_8));
    run("strict", spec);
    String first = upToEnd(ProcessRef.first("strict"));
    assertThat(first)
        .contains("Uid:\t1000\t1000", "Groups:\t7 8 ", "CapBnd:\t0000000000000000")
        .contains("NoNewPrivs:\t1", "Seccomp:\t2", " 64  ", "\n500\n", "\nfirst\n/bin\nend");

    OciProcess like = agent.containers().process("strict", RealGuest.soon());

    assertThat(like).isEqualTo(spec.process());
    assertThat(shown("like", like)).isEqualTo(first);
    assertThat(shown("silent", bare())).isEqualTo(first);
    assertThat(
            shown("other", like.withUser(0, 5, List.of()).withEnv(List.of("A=other")).withCwd("/")))
        .isEqualTo(
            first
                .replaceAll("Uid:\t.*", "Uid:\t0\t0\t0\t0")
                .replaceAll("Gid:\t.*", "Gid:\t5\t5\t5\t5")
                .replaceAll("Groups:\t.*", "Groups:\t ")
                .replace("\nfirst\n/bin\n", "\nother\n/\n"));
  }

  @Test
  void aContainerHasTheFilesOfEveryEngine() {
    run("etc", script("cat /etc/hostname; grep localhost /etc/hosts; ls /etc"));

    assertThat(text("etc"))
        .isEqualTo(
            """
            pod
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            hostname
            hosts
            """);
  }

  @Test
  void aTerminalBelongsToItsUserAndItsInputEnds() {
    run("t", script("sleep 1000"));
    OciProcess like = agent.containers().process("t", RealGuest.soon());
    OciProcess user = like.withUser(1000, 1000, List.of()).withTerminal(true);
    ProcessRef echo = new ProcessRef("t", "echo");
    agent
        .processes()
        .exec(echo, user.withArgs(List.of("sh", "-c", "echo hi >$(tty)")), RealGuest.soon());
    assertThat(all(echo, Output.STDOUT)).asString().isEqualTo("hi\r\n");
    ProcessRef cat = new ProcessRef("t", "cat");
    agent.processes().exec(cat, user.withArgs(List.of("cat")), RealGuest.soon());
    write(cat, "abc".getBytes(UTF_8));
    agent.processes().closeInput(cat, RealGuest.soon());
    assertThat(exit("t", "cat")).isZero();
  }

  @Test
  void pausesUpdatesAndCounts() {
    run("x", script("while :; do :; done"));
    agent.containers().pause("x", RealGuest.soon());
    assertThat(info("x").state()).isEqualTo(State.PAUSED);
    Duration used = agent.containers().stats("x", RealGuest.soon()).cpu();
    assertThat(agent.containers().stats("x", RealGuest.soon()).cpu()).isEqualTo(used).isPositive();
    assertRefused(GuestException.FAILED_PRECONDITION, "paused", () -> exec("x", "e", "/bin/true"));
    agent.containers().resume("x", RealGuest.soon());
    agent
        .containers()
        .update("x", new ResourceLimits(64L << 20, 50_000L, 100_000L, null, 20L), RealGuest.soon());

    ContainerStats stats = agent.containers().stats("x", RealGuest.soon());

    assertThat(stats.memory().limit()).isEqualTo(64L << 20);
    assertThat(stats.memory().usage()).isPositive();
    assertThat(stats.pidsLimit()).isEqualTo(20);
    assertThat(stats.pids()).isEqualTo(1);
  }

  @Test
  void aContainerWithoutMemoryIsReportedAsSuch() {
    ResourceLimits little = new ResourceLimits(16L << 20, null, null, null, null);
    run("hog", script("a=x; while :; do a=$a$a; done").withLimits(little));

    assertThat(agent.sandbox().nextOom().toCompletableFuture().join()).isEqualTo("hog");
    assertThat(exit("hog", "hog")).isEqualTo(137);
    assertThat(info("hog").oomKilled()).isTrue();
  }

  @Test
  void unreadOutputStaysInThePipeAndDelaysNoOther() {
    run("loud", spec("/bin/yes"));
    run("calm", script("echo calm"));

    assertThat(text("calm")).isEqualTo("calm\n");
    assertThat(agent.containers().stats("loud", RealGuest.soon()).memory().usage())
        .isLessThan(8L << 20);
    assertThat(read(ProcessRef.first("loud"), Output.STDOUT)).startsWith('y', '\n', 'y', '\n');
  }

  @Test
  void aHostThatGoesAwayWhileItReadsTakesNothingWithIt() {
    ProcessRef cat = ProcessRef.first("cat");
    run("cat", spec("/bin/cat"));
    agent.processes().read(cat, Output.STDOUT, 100);
    agent.containers().list(RealGuest.soon());
    agent.close();
    agent = guest.agent();
    agent.awaitServing(RealGuest.soon());

    write(cat, "kept".getBytes(UTF_8));

    assertThat(read(cat, Output.STDOUT)).asString().isEqualTo("kept");
  }
}
