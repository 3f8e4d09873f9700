package io.vmfactory.images;

import io.vmfactory.guest.oci.OciProcess;
import java.util.ArrayList;
import java.util.List;

/**
 * What an OCI image says about the process that runs in it.
 *
 * @param entrypoint the program; empty = not said
 * @param command arguments to it, or the program when there is no entrypoint; empty = not said
 * @param env {@code NAME=value} each
 * @param workingDir absolute path; empty = not said
 * @param user who it runs as
 */
public record ProcessDefaults(
    List<String> entrypoint,
    List<String> command,
    List<String> env,
    String workingDir,
    UserIds user) {
  /** Nothing said: root in {@code /}. */
  public static final ProcessDefaults NONE =
      new ProcessDefaults(List.of(), List.of(), List.of(), "", new UserIds(0, 0, List.of()));

  /**
   * A user by number.
   *
   * @param uid 0..4294967295, so are gid and the groups
   * @param groups further groups
   */
  public record UserIds(long uid, long gid, List<Long> groups) {
    public UserIds {
      groups = List.copyOf(groups);
    }
  }

  public ProcessDefaults {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    env = List.copyOf(env);
  }

  /** This with that user. */
  ProcessDefaults withUser(UserIds other) {
    return new ProcessDefaults(entrypoint, command, env, workingDir, other);
  }

  /**
   * {@code process} with these defaults in place of its own.
   *
   * @param args replace {@link #command}, as the words after an image's name do with other engines;
   *     empty = none given. When nobody says what to run, the process keeps its own
   */
  public OciProcess applyTo(OciProcess process, List<String> args) {
    List<String> all = new ArrayList<>(entrypoint);
    all.addAll(args.isEmpty() ? command : args);
    OciProcess applied = process.withEnv(env).withUser(user.uid(), user.gid(), user.groups());
    applied = workingDir.isEmpty() ? applied : applied.withCwd(workingDir);
    return all.isEmpty() ? applied : applied.withArgs(all);
  }
}
