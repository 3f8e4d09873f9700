package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which system calls native code can make in QEMU's place: vmm/jailer/attempts makes them. */
@Tag("qemu")
class SystemCallsIT {
  private static final Path SOURCES = Path.of(System.getProperty("vmfactory.top"), "vmm", "jailer");

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  @TempDir Path files;

  @BeforeEach
  void build() throws Exception {
    File said = files.resolve("make").toFile();
    List<String> line = List.of("make", "-s", "-C", SOURCES.toString(), "attempts", "OUT=" + files);
    Process make = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said).start();
    assertThat(make.waitFor()).as(() -> said.toString()).isZero();
  }

  @Test
  void callsThatAreNotOnTheListAreRefused() throws IOException {
    assertThat(run(TestJail.make(true)))
        .hasSizeGreaterThan(70)
        .allMatch(line -> line.endsWith(": EPERM") || line.endsWith(": ENOSYS"))
        .contains("execute a program: EPERM", "a process: EPERM", "a TCP socket: EPERM")
        // So a C library makes threads and opens files as on an older kernel.
        .contains("a process by clone3: ENOSYS", "openat2: ENOSYS", "io_uring: ENOSYS");
  }

  /** Proves that it is the list that refuses them. */
  @Test
  void theJailWithoutTheListAllowsSomeOfThem() throws IOException {
    assertThat(run(TestJail.make(false)))
        .contains(
            "a process: done",
            "the executed program: done",
            "a TCP socket: done",
            "a netlink socket: done",
            "a pair of sockets: done",
            "keyctl: done",
            "watch files: done",
            "signal a process: done",
            "become another user: done");
  }

  @Test
  void noOtherNumberIsACallEither() throws IOException {
    assertThat(run(TestJail.make(true), "--rest")).isEmpty();
  }

  private List<String> run(Jail jail, String... arguments) throws IOException {
    Path output = files.resolve("output");
    Path root = Files.createDirectory(files.resolve("root"));
    Program program = new Program(files.resolve("attempts"), List.of(arguments), output, List.of());
    JailUsers.User user = jail.users().take();
    try (Processes processes = new Processes()) {
      HostProcess process =
          processes.startThrough(jail.around(program, root, user, List.of(), 1 << 20));
      assertThat(deadline.await(process.exited(), "the end of the attempts").code()).isZero();
    } finally {
      jail.users().giveBack(user.uid());
    }
    return Files.readAllLines(output);
  }
}
