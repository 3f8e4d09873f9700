package io.vmfactory.harness;

import io.vmfactory.cli.VmFactoryMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of programs that run on the classes of this build. */
public final class Programs {
  /** Returns the checkout's folder. */
  public static final Path TOP = Path.of(System.getProperty("vmfactory.top"));

  private Programs() {}

  /** Returns the command {@code vmfactory}; a verb and options are appended. */
  public static List<String> vmfactory() {
    List<String> command = new ArrayList<>();
    command.add("/usr/bin/env");
    command.add("VMFACTORY_HOME=" + TOP.resolve("dist"));
    command.addAll(java(VmFactoryMain.class));
    return command;
  }

  /** Returns the command of a JVM with this one's class path. */
  public static List<String> java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Dvmfactory.top=" + TOP, "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
