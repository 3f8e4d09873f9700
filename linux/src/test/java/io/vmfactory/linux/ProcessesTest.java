package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
  private final Processes processes = new Processes();
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(20));
  @TempDir Path temp;

  @AfterEach
  void close() {
    processes.close();
  }

  @Test
  void exitCodeAndOutputArrive() throws IOException {
    assertThat(run("echo out; echo err >&2; exit 7")).isEqualTo(new ExitStatus(7, 0));
    assertThat(output()).hasContent("out\nerr");
    assertThat(Files.getPosixFilePermissions(output())).hasSize(2);
  }

  @Test
  void aKilledProcessIsSaidToHaveEndedBySignal() {
    HostProcess process = start("exec sleep 1000", List.of());
    process.kill();
    assertThat(end(process)).isEqualTo(new ExitStatus(-1, 9));
    process.kill();
  }

  @Test
  void aCancelledThreadStillWaitsForTheEndOfWhatItKills() {
    HostProcess process = start("exec sleep 1000", List.of());
    Thread.currentThread().interrupt();
    assertThat(process.end(Duration.ofSeconds(30))).isEqualTo(new ExitStatus(-1, 9));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(process.end(Duration.ofSeconds(30))).isEqualTo(new ExitStatus(-1, 9));
  }

  @Test
  void theChildLeadsItsOwnSessionWithNoSignalBlockedOrIgnored() {
    HostProcess process =
        start(
            "cut -d' ' -f6 /proc/$$/stat; exec grep -E 'Sig(Blk|Ign)' /proc/self/status",
            List.of());
    end(process);
    assertThat(output()).content().startsWith(process.pid() + "\n");
    assertThat(output()).content().containsPattern("SigBlk:\\s+0000000000000000");
    assertThat(output()).content().containsPattern("SigIgn:\\s+0000000000000000");
  }

  @Test
  void theChildHasNoneOfTheRightsThatWereGivenToBePassedOn() throws Exception {
    CompletableFuture<String> had = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                AmbientRights.raise();
                had.complete(Files.readString(Path.of("/proc/thread-self/status")));
                end(start("exec grep CapAmb /proc/self/status", List.of()));
              } catch (IOException | RuntimeException e) {
                had.completeExceptionally(e);
              }
            });
    thread.start();
    thread.join();
    assertThat(had.get()).containsPattern("CapAmb:\\s+0000000000001000");
    assertThat(output()).content().containsPattern("CapAmb:\\s+0000000000000000");
  }

  @Test
  void onlyTheNamedDescriptorsAreInheritedInOrder() {
    try (MemoryFile a = MemoryFiles.create("first", 1);
        MemoryFile b = MemoryFiles.create("second", 1)) {
      end(
          start(
              "readlink /proc/$$/fd/3 /proc/$$/fd/4; ls /proc/$$/fd",
              List.of(b.descriptor(), a.descriptor())));
    }
    assertThat(output()).content().contains("/memfd:second (deleted)\n/memfd:first (deleted)");
    assertThat(output()).content().endsWith("0\n1\n2\n3\n4\n");
  }

  @Test
  void hugePagesAreWithheldFromAProgramThatIsToHaveNone() throws IOException {
    Path own = Path.of("/proc/self/status");
    assertThat(own).content().containsPattern("THP_enabled:\\s+1");
    List<String> grep = List.of("THP_enabled", own.toString());
    Path program = Path.of("/bin/grep");
    end(processes.start(new Program(program, grep, output(), List.of(), true)));
    end(processes.start(new Program(program, grep, output(), List.of())));
    assertThat(output()).content().matches("THP_enabled:\\s+0\nTHP_enabled:\\s+1\n");
    assertThat(own).content().containsPattern("THP_enabled:\\s+1");
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    Program missing = new Program(Path.of("/no/such"), List.of(), output(), List.of());
    assertThatThrownBy(() -> processes.start(missing))
        .isInstanceOf(OsException.class)
        .hasMessageContaining("/no/such")
        .hasMessageContaining("no such file");
  }

  @Test
  void identityIsThatOfTheProcess() throws IOException {
    Path sleep = Path.of("/bin/sleep");
    HostProcess process = processes.start(new Program(sleep, List.of("1000"), output(), List.of()));
    assertThat(process.executable()).isEqualTo(sleep.toRealPath());
    assertThat(process.startTicks()).isPositive();
    process.kill();
    end(process);
    assertThat(Path.of("/proc/" + process.pid())).doesNotExist();
  }

  @Test
  void manyEndsAreAllNoticedAndNoDescriptorStays() throws IOException {
    end(start("exit 0", List.of()));
    long before = openDescriptors();
    List<HostProcess> many =
        IntStream.range(0, 40).mapToObj(i -> start("exit " + i, List.of())).toList();
    for (int i = 0; i < many.size(); i++) {
      assertThat(end(many.get(i)).code()).isEqualTo(i);
    }
    assertThat(openDescriptors()).isEqualTo(before);
  }

  @Test
  void aProcessOfAnotherParentIsAdoptedAndItsEndNoticedThoughNotHow() throws IOException {
    ProcessIdentity orphan = orphan();
    HostProcess adopted = processes.adopt(orphan);
    assertThat(adopted.exited().toCompletableFuture()).isNotDone();
    adopted.kill();
    assertThat(end(adopted)).isEqualTo(new ExitStatus(-1, 0));
    adopted.kill();
    assertThatThrownBy(() -> processes.adopt(orphan)).hasMessageContaining("is gone");
  }

  @Test
  void aForgottenProcessRunsOn() throws IOException {
    ProcessIdentity orphan = orphan();
    long before = openDescriptors();
    HostProcess adopted = processes.adopt(orphan);
    processes.forget(adopted);
    adopted.kill(); // has no effect on a process that is no longer held
    assertThat(openDescriptors()).isEqualTo(before);
    assertThat(orphan.lives(Path.of("/proc"))).isTrue();
    HostProcess again = processes.adopt(orphan);
    again.kill();
    end(again);
  }

  @Test
  void aLaterProcessOfTheSamePidIsNotAdopted() throws IOException {
    ProcessIdentity its = orphan();
    long before = openDescriptors();
    for (ProcessIdentity wrong :
        List.of(
            new ProcessIdentity(its.pid(), its.startTicks() - 1, its.executable()),
            new ProcessIdentity(its.pid(), its.startTicks(), Path.of("/bin/true")))) {
      assertThatThrownBy(() -> processes.adopt(wrong))
          .isInstanceOf(OsException.class)
          .hasMessage("process " + its.pid() + " is gone");
    }
    assertThat(openDescriptors()).isEqualTo(before);
    HostProcess right = processes.adopt(its);
    right.kill();
    end(right);
  }

  @Test
  void aProgramReplacedByAnUpgradeIsStillTheSame() throws IOException {
    Path program = Files.copy(Path.of("/bin/sleep"), temp.resolve("program"));
    HostProcess process =
        processes.start(new Program(program, List.of("1000"), output(), List.of()));
    ProcessIdentity its = identity(process.pid(), program);
    Files.delete(program);
    assertThat(its.lives(Path.of("/proc"))).isTrue();
    process.kill();
    end(process);
    assertThat(its.lives(Path.of("/proc"))).isFalse();
  }

  @Test
  void aMemoryFileThatAProcessHasInheritedIsGivenAnotherContent() {
    try (StateFile file = StateFile.create("given")) {
      HostProcess process = start("exec sleep 1000", List.of(file.descriptor()));
      process.put(3, "a longer content".getBytes(UTF_8));
      process.put(3, "content".getBytes(UTF_8));
      assertThat(new String(file.content(), UTF_8)).isEqualTo("content");
      process.kill();
      end(process);
      assertThatThrownBy(() -> process.put(3, new byte[1])).hasMessageContaining("is gone");
    }
  }

  @Test
  void closingLeavesProcessesAndNoDescriptor() throws IOException {
    ProcessIdentity orphan = orphan();
    long before = openDescriptors();
    Processes other = new Processes();
    other.adopt(orphan);
    other.close();
    assertThat(openDescriptors()).isEqualTo(before);
    HostProcess adopted = processes.adopt(orphan);
    adopted.kill();
    end(adopted);
  }

  /** A process that is not a child of this one. */
  private ProcessIdentity orphan() throws IOException {
    String script = "cd %s; mkfifo never; (read line < never) & echo $! > pid";
    end(start(script.formatted(temp), List.of()));
    int pid = Integer.parseInt(Files.readString(temp.resolve("pid")).strip());
    return identity(pid, Path.of("/bin/sh").toRealPath());
  }

  private static ProcessIdentity identity(int pid, Path program) throws IOException {
    long ticks = ProcessIdentity.startTicks(Path.of("/proc/" + pid));
    return new ProcessIdentity(pid, ticks, program);
  }

  @Test
  void aListenerCanBeConnectedToBeforeAnyoneAccepts() throws IOException {
    Path path = temp.resolve("s.sock");
    try (UnixListener listener = UnixListener.open(path);
        var client =
            java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(path))) {
      assertThat(client.write(ByteBuffer.wrap(new byte[] {1}))).isEqualTo(1);
      assertThat(Files.getPosixFilePermissions(path)).hasSize(2);
      assertThat(listener.descriptor()).isPositive();
      assertThatThrownBy(() -> UnixListener.open(path)).hasMessageContaining("already in use");
    }
  }

  /** Until the launcher has ended, only it knows the program's pid. */
  @Test
  void anInterruptionDuringALaunchDoesNotLoseTheProgram() {
    String script = "sleep 1000 3>&- & echo pid $! >&3; sleep 0.2";
    Program launcher = new Program(Path.of("/bin/sh"), List.of("-c", script), output(), List.of());
    Thread.currentThread().interrupt();
    HostProcess program = processes.startThrough(launcher);
    assertThat(Thread.interrupted()).isTrue();
    ProcessHandle itself = ProcessHandle.of(program.pid()).orElseThrow();
    assertThat(itself.info().command()).hasValueSatisfying(it -> assertThat(it).endsWith("sleep"));
    program.kill();
    deadline.await(itself.onExit(), "the end of the program");
  }

  private ExitStatus run(String script) {
    return end(start(script, List.of()));
  }

  private HostProcess start(String script, List<Integer> inherited) {
    return processes.start(
        new Program(Path.of("/bin/sh"), List.of("-c", script), output(), inherited));
  }

  private ExitStatus end(HostProcess process) {
    return deadline.await(process.exited(), "exit");
  }

  @Test
  void onlyAMemoryFileOfAnotherProcessIsOverwritten() throws IOException {
    Path victim = Files.writeString(temp.resolve("victim"), "precious");
    HostProcess process = start("exec 3<" + victim + "; exec sleep 1000", List.of());
    try {
      assertThatThrownBy(() -> process.put(3, new byte[1])).isInstanceOf(OsException.class);
      assertThatThrownBy(() -> process.put(1, new byte[1]))
          .hasMessageContaining("not a memory file");
      assertThat(victim).hasContent("precious");
    } finally {
      process.kill();
      end(process);
    }
  }

  private Path output() {
    return temp.resolve("out");
  }

  private static long openDescriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
