package io.vmfactory.guest.oci;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vmfactory.api.kata.Box;
import io.vmfactory.api.kata.LinuxCapabilities;
import io.vmfactory.api.kata.Process;
import io.vmfactory.api.kata.User;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process: {@code process} of an OCI runtime specification. Immutable. Each {@code with} method
 * returns a changed copy, and throws {@link OciSpecException} if the copy could not run.
 */
public final class OciProcess {
  private final Process process;

  OciProcess(Process process) {
    this.process = process;
  }

  /** Returns the process of a message of the wire. */
  public static OciProcess of(Process process) {
    return new OciProcess(process);
  }

  /**
   * Returns the process of a message of the wire in its binary form.
   *
   * @throws OciSpecException if the bytes are no such message
   */
  public static OciProcess parse(byte[] message) {
    try {
      return new OciProcess(Process.parseFrom(message));
    } catch (InvalidProtocolBufferException e) {
      throw new OciSpecException(List.of("process: " + e.getMessage()));
    }
  }

  /**
   * Returns a command for a container that runs: everything else comes from the container's first
   * process.
   *
   * @param args program and arguments; the program comes first
   */
  public static OciProcess inheriting(List<String> args) {
    return new OciProcess(Process.newBuilder().addAllArgs(args).build());
  }

  private static OciProcess of(Process.Builder builder) {
    Process process = builder.build();
    SpecRules.check(process);
    return new OciProcess(process);
  }

  /** Returns the wire's message. */
  public Process proto() {
    return process;
  }

  /**
   * Returns whether the two are alike but for arguments, variables, directory and size of the
   * terminal.
   */
  public boolean differsOnlyInProgram(OciProcess other) {
    return withoutProgram(process).equals(withoutProgram(other.process));
  }

  private static Process withoutProgram(Process process) {
    return process.toBuilder().clearArgs().clearEnv().clearCwd().clearConsoleSize().build();
  }

  /** Returns program and arguments; never empty. */
  public List<String> args() {
    return process.getArgsList();
  }

  /** Returns the environment, each variable as {@code NAME=value}. */
  public List<String> env() {
    return process.getEnvList();
  }

  /** Returns the working directory, an absolute path in the container. */
  public String cwd() {
    return process.getCwd();
  }

  /** Returns whether it has a terminal. */
  public boolean terminal() {
    return process.getTerminal();
  }

  /**
   * Sets the program and its arguments.
   *
   * @param args the first is the program: a path, or a name that PATH finds
   */
  public OciProcess withArgs(List<String> args) {
    return of(process.toBuilder().clearArgs().addAllArgs(args));
  }

  /**
   * Sets variables. Variables with other names stay.
   *
   * @param variables each as {@code NAME=value}
   */
  public OciProcess withEnv(List<String> variables) {
    Map<String, String> all = new LinkedHashMap<>();
    env().forEach(variable -> all.put(name(variable), variable));
    variables.forEach(variable -> all.put(name(variable), variable));
    return of(process.toBuilder().clearEnv().addAllEnv(all.values()));
  }

  private static String name(String variable) {
    int end = variable.indexOf('=');
    return end < 0 ? variable : variable.substring(0, end);
  }

  /** Sets the working directory, an absolute path in the container. */
  public OciProcess withCwd(String cwd) {
    return of(process.toBuilder().setCwd(cwd));
  }

  /**
   * Sets the user.
   *
   * @param uid 0..2147483647; the same range holds for gid and groups
   * @param groups further groups
   */
  public OciProcess withUser(long uid, long gid, List<Long> groups) {
    User.Builder user = process.getUser().toBuilder().clearAdditionalGids();
    user.setUID(IdRange.require("process.user.uid", uid));
    user.setGID(IdRange.require("process.user.gid", gid));
    groups.forEach(
        group -> user.addAdditionalGids(IdRange.require("process.user.additionalGids", group)));
    return of(process.toBuilder().setUser(user));
  }

  /**
   * Adds groups to those of the user.
   *
   * @param groups 0..2147483647 each
   */
  public OciProcess withGroups(List<Long> groups) {
    User.Builder user = process.getUser().toBuilder();
    groups.forEach(
        group -> user.addAdditionalGids(IdRange.require("process.user.additionalGids", group)));
    return of(process.toBuilder().setUser(user));
  }

  /**
   * Adds capabilities to those that it may have, has, and can have. It cannot pass them on.
   *
   * @param names such as {@code CAP_KILL}; one that the guest's kernel does not know has no effect
   */
  public OciProcess withCapabilities(List<String> names) {
    LinuxCapabilities.Builder all = process.getCapabilities().toBuilder();
    for (String name : names) {
      all.addBounding(name).addEffective(name).addPermitted(name);
    }
    return names.isEmpty() ? this : of(process.toBuilder().setCapabilities(all));
  }

  /** Lets no program give it more rights than it has. */
  public OciProcess withNoNewPrivileges() {
    return of(process.toBuilder().setNoNewPrivileges(true));
  }

  /** Adds or removes the terminal. */
  public OciProcess withTerminal(boolean terminal) {
    return of(process.toBuilder().setTerminal(terminal));
  }

  /** Sets the first size of the terminal; 0 = unspecified. */
  public OciProcess withTerminalSize(int rows, int columns) {
    return of(
        process.toBuilder().setConsoleSize(Box.newBuilder().setHeight(rows).setWidth(columns)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OciProcess that && process.equals(that.process);
  }

  @Override
  public int hashCode() {
    return process.hashCode();
  }

  @Override
  public String toString() {
    return "OciProcess" + args();
  }
}
