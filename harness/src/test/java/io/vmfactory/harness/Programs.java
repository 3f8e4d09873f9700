package io.vmfactory.harness;

import io.vmfactory.cli.VmFactoryMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Command lines of programs that run on the classes of this build, or, if the property {@code
 * vmfactory.packaged} is true, on what {@code ./dev build} put into dist/.
 */
public final class Programs {
  /** Returns the checkout's folder. */
  public static final Path TOP = Path.of(System.getProperty("vmfactory.top"));

  private static final Path DIST = TOP.resolve("dist");

  /**
   * The first compiler only, as the shipped daemon has it: a short run gains nothing by the second.
   */
  private static final List<String> JVM =
      List.of("-Xlog:disable", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=1");

  private Programs() {}

  /** Returns the command {@code vmfactory}; a verb and options are appended. */
  public static List<String> vmfactory() {
    List<String> command = new ArrayList<>();
    command.add("/usr/bin/env");
    command.add("VMFACTORY_HOME=" + DIST);
    if (Boolean.getBoolean("vmfactory.packaged")) {
      command.addAll(jvm());
      command.add("-XX:SharedArchiveFile=" + archive());
      command.addAll(List.of("-jar", DIST.resolve("lib/vmfactory.jar").toString()));
    } else {
      command.addAll(java(VmFactoryMain.class));
    }
    return command;
  }

  /** Returns the archive of the daemon's classes, as build/launch.sh names it. */
  private static Path archive() {
    return DIST.resolve("cds/daemon" + program().toString().replace('/', '-') + ".jsa");
  }

  private static Path program() {
    return Path.of(System.getProperty("java.home"), "bin/java");
  }

  private static List<String> jvm() {
    List<String> command = new ArrayList<>(List.of(program().toString()));
    command.addAll(JVM);
    return command;
  }

  /** Returns the command of a JVM with this one's class path. */
  public static List<String> java(Class<?> main, String... arguments) {
    List<String> command = jvm();
    // Tests of other rooms, which are on the class path too, have a logback-test.xml.
    command.addAll(
        List.of("-Dvmfactory.top=" + TOP, "-Dlogback.configurationFile=logback.xml", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
