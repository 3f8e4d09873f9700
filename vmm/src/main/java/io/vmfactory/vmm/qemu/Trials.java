package io.vmfactory.vmm.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.ExitStatus;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.linux.StateFile;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.ControlGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Short runs of QEMU that find out what it can do. A run ends at its limit, or with this process,
 * and leaves no file.
 *
 * @param machine QEMU's machine type
 * @param launcher ends the runs if this process is killed; null = such a run goes on
 */
record Trials(Path program, String machine, @Nullable Path launcher, Processes processes) {
  private static final Duration END = Duration.ofSeconds(10);

  /** The mount point of a trial's root; every Linux has it, and nothing in it is read. */
  private static final Path ROOT = Path.of("/sys");

  /**
   * The result of a run.
   *
   * @param code exit code; -1 if it was killed at its limit or ended by a signal
   * @param inTime whether it ended by itself
   * @param said the output of QEMU
   * @param steps letters that the guest wrote
   */
  record Outcome(int code, boolean inTime, String said, String steps) {
    boolean passed() {
      return inTime && code == ProbeGuest.PASSED;
    }
  }

  /** Runs QEMU with {@code --version}. */
  Outcome version(Duration limit) {
    try (StateFile said = StateFile.create("said");
        StateFile steps = StateFile.create("steps")) {
      Program qemu = program(List.of("--version"), List.of(), said);
      return outcome(start(qemu), said, steps, limit);
    }
  }

  /** Runs {@link ProbeGuest} in the sandbox that VMs also run in. */
  Outcome guest(String acceleration, String cpu, Duration limit) {
    return guest(acceleration, cpu, this::start, limit);
  }

  private Outcome guest(
      String acceleration, String cpu, Function<Program, HostProcess> start, Duration limit) {
    try (StateFile said = StateFile.create("said");
        StateFile steps = StateFile.create("steps");
        StateFile image = StateFile.create("image")) {
      image.put(ProbeGuest.image());
      List<Integer> inherited = List.of(image.descriptor(), steps.descriptor());
      Program qemu = program(arguments(acceleration, cpu), inherited, said);
      return outcome(start.apply(qemu), said, steps, limit);
    }
  }

  private HostProcess start(Program qemu) {
    if (launcher == null) {
      return processes.start(qemu);
    }
    try {
      return processes.startThrough(Jail.guarded(Jail.free(launcher, qemu)));
    } catch (OsException e) { // JailCheck reports what is wrong with the launcher
      return processes.start(qemu);
    }
  }

  private HostProcess start(Program qemu, Jail jail, JailUsers.User user) {
    return processes.startThrough(Jail.guarded(jail.around(qemu, ROOT, user, List.of(), 0)));
  }

  /**
   * Starts QEMU in a jail.
   *
   * @throws OsException with the reason when it does not run there
   */
  void jailed(Jail jail) {
    JailUsers.User user = jail.users().take();
    try (StateFile said = StateFile.create("said");
        StateFile steps = StateFile.create("steps")) {
      Program qemu = program(List.of("--version"), List.of(), said);
      Outcome outcome = outcome(start(qemu, jail, user), said, steps, END);
      if (!outcome.inTime() || outcome.code() != 0) {
        throw new VmmException(Reason.UNUSABLE, "QEMU fails in its jail: " + outcome.said());
      }
    } finally {
      jail.users().giveBack(user.uid());
    }
  }

  /**
   * Runs {@link ProbeGuest} in a jail.
   *
   * @throws OsException with the reason when QEMU does not run there
   * @throws VmmException with the reason when the guest does not end as it should
   */
  void jailedGuest(Jail jail) {
    JailUsers.User user = jail.users().take();
    try {
      Outcome outcome = guest("tcg", "max", qemu -> start(qemu, jail, user), END);
      if (!outcome.passed()) {
        throw new VmmException(Reason.UNUSABLE, outcome.said());
      }
    } finally {
      jail.users().giveBack(user.uid());
    }
  }

  /**
   * Makes a running QEMU a member of a control group.
   *
   * @throws VmmException with the reason when it cannot be one
   */
  void grouped(ControlGroup group) {
    try (StateFile said = StateFile.create("said")) {
      List<String> idle = List.of("-machine", "none", "-nodefaults", "-display", "none", "-S");
      HostProcess process = start(program(idle, List.of(), said));
      try {
        group.join(process.pid());
      } finally {
        process.end(END);
      }
    }
  }

  private List<String> arguments(String acceleration, String cpu) {
    return List.of(
        "-name vmfactory-probe -sandbox %s -nodefaults -no-user-config -no-reboot -display none "
            .formatted(QemuCommandLine.SANDBOX)
            .concat("-machine %s -accel %s -cpu %s ".formatted(machine, acceleration, cpu))
            .concat("-m 16M -bios /proc/self/fd/%d ".formatted(Program.FIRST_INHERITED))
            .concat("-chardev file,id=steps,path=/proc/self/fd/4 ")
            .concat("-device isa-debugcon,iobase=0x402,chardev=steps ")
            .concat("-device isa-debug-exit,iobase=0x501")
            .split(" "));
  }

  private Program program(List<String> arguments, List<Integer> inherited, StateFile said) {
    Path output = Path.of("/proc/self/fd/" + said.descriptor());
    return new Program(program, arguments, output, inherited);
  }

  private static Outcome outcome(
      HostProcess process, StateFile said, StateFile steps, Duration limit) {
    boolean inTime = endsWithin(process, limit);
    ExitStatus end = process.end(END);
    return new Outcome(end.code(), inTime, text(said).strip(), text(steps));
  }

  private static boolean endsWithin(HostProcess process, Duration limit) {
    try {
      Deadline.after(limit).await(process.exited(), "QEMU to end");
      return true;
    } catch (DeadlineExceededException e) {
      return false;
    }
  }

  private static String text(StateFile file) {
    return new String(file.content(), UTF_8);
  }
}
