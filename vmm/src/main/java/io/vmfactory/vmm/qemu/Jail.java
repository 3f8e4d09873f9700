package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.Program;
import io.vmfactory.vmm.Launch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where QEMU runs: without the host's files, processes and networks, as a user of its own without
 * capabilities. A QEMU that its guest has taken over reaches what it was given, and nothing else. A
 * launcher in C makes the jail ({@code vmm/jailer}).
 *
 * @param launcher the launcher's executable
 * @param users gives each VM its user
 * @param fewCalls whether QEMU can make the system calls of the launcher's list only
 */
record Jail(Path launcher, JailUsers users, boolean fewCalls) {
  /** What every QEMU reads: its libraries, and the firmware beside its program. */
  private static final List<String> LIBRARIES =
      List.of("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache");

  private static final List<String> BESIDE =
      List.of("lib", "lib64", "share/qemu", "share/seabios", "share/ipxe", "share/vgabios");

  /** The device files that a QEMU may open, if they exist. */
  static final List<String> DEVICES = List.of("/dev/null", "/dev/kvm", "/dev/vhost-vsock");

  /** A copy-on-write file is larger than its content by tables: less than 1/512, and some more. */
  private static final long TABLES = 16L << 20;

  /**
   * Returns the launcher of a VM's QEMU as the program to start.
   *
   * @param qemu what runs in the jail
   * @param launch the VM; its folder serves as the mount point of the new root
   * @param groups folders of the control groups that QEMU belongs to
   */
  Program around(Program qemu, Launch launch, JailUsers.User user, List<Path> groups) {
    long largest = launch.spec().devices().driveSlotBytes();
    List<Path> reads =
        qemu.arguments().contains("-kernel")
            ? List.of(launch.spec().kernel().image(), launch.spec().kernel().initrd())
            : List.of();
    long fileBytes = largest + largest / 512 + TABLES;
    return in(groups, around(qemu, launch.folder().path(), user, reads, fileBytes));
  }

  private static Program in(List<Path> groups, Program launcher) {
    List<String> arguments = new ArrayList<>();
    groups.forEach(group -> option(arguments, "--cgroup", group));
    return with(arguments, launcher);
  }

  private static Program with(List<String> options, Program launcher) {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(launcher.arguments());
    return new Program(
        launcher.executable(),
        arguments,
        launcher.output(),
        launcher.inherited(),
        launcher.smallPages());
  }

  /**
   * Returns the launcher of a program that ends with this process, even if this process is killed.
   * It also ends with the thread that starts it.
   *
   * @param launcher of that program
   */
  static Program guarded(Program launcher) {
    return with(List.of("--guarded"), launcher);
  }

  /** Returns the launcher of a program that runs like this process, in no jail. */
  static Program free(Path launcher, Program program) {
    return launching(launcher, List.of(), program);
  }

  /**
   * Returns the launcher as the program to start.
   *
   * @param root an existing folder
   * @param reads what the program reads beside its libraries and firmware
   * @param fileBytes size of the largest file that it can make
   */
  Program around(Program qemu, Path root, JailUsers.User user, List<Path> reads, long fileBytes) {
    List<String> arguments = new ArrayList<>(fewCalls ? List.of("--few-calls") : List.of());
    arguments.addAll(user.options());
    option(arguments, "--root", root);
    option(arguments, "--file-size", fileBytes);
    reads(qemu.executable()).forEach(path -> option(arguments, "--read", path));
    reads.stream().distinct().forEach(path -> option(arguments, "--read", path));
    DEVICES.forEach(device -> option(arguments, "--device", device));
    return launching(launcher, arguments, qemu);
  }

  private static Program launching(Path launcher, List<String> options, Program qemu) {
    List<String> arguments = new ArrayList<>(options);
    option(arguments, "--report", Program.FIRST_INHERITED + qemu.inherited().size());
    arguments.add("--");
    arguments.add(qemu.executable().toString());
    arguments.addAll(qemu.arguments());
    return new Program(launcher, arguments, qemu.output(), qemu.inherited(), qemu.smallPages());
  }

  private static Stream<String> reads(Path program) {
    Path prefix = program.resolve("../..").normalize();
    Stream<String> beside = BESIDE.stream().map(name -> prefix.resolve(name).toString());
    return Stream.of(LIBRARIES.stream(), beside, Stream.of(program.toString()))
        .flatMap(paths -> paths)
        .distinct();
  }

  private static void option(List<String> arguments, String name, Object value) {
    arguments.add(name);
    arguments.add(value.toString());
  }
}
