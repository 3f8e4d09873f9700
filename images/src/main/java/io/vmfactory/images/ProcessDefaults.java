package io.vmfactory.images;

import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.images.ImageException.Reason;
import java.util.ArrayList;
import java.util.List;

/**
 * The default process of an OCI image.
 *
 * @param entrypoint the program and first arguments; empty if not set
 * @param command further arguments, or the program if there is no entrypoint; empty if not set
 * @param env {@code NAME=value} each
 * @param workingDir an absolute path; empty if not set
 * @param user the user that it runs as
 * @param userProblem why the user of the image cannot be used; empty if it can
 */
public record ProcessDefaults(
    List<String> entrypoint,
    List<String> command,
    List<String> env,
    String workingDir,
    UserIds user,
    String userProblem) {
  /** No defaults: root in {@code /}. */
  public static final ProcessDefaults NONE =
      new ProcessDefaults(List.of(), List.of(), List.of(), "", UserIds.ROOT, "");

  /**
   * A user and groups by number.
   *
   * @param uid 0..4294967295, like gid and groups
   * @param groups the supplementary groups
   */
  public record UserIds(long uid, long gid, List<Long> groups) {
    static final UserIds ROOT = new UserIds(0, 0, List.of());

    public UserIds {
      groups = List.copyOf(groups);
    }
  }

  public ProcessDefaults {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    env = List.copyOf(env);
  }

  ProcessDefaults withUser(UserIds other) {
    return new ProcessDefaults(entrypoint, command, env, workingDir, other, "");
  }

  ProcessDefaults withUserProblem(String problem) {
    return new ProcessDefaults(entrypoint, command, env, workingDir, user, problem);
  }

  /** Returns these defaults for a process whose user the caller sets. */
  public ProcessDefaults withoutUser() {
    return withUser(UserIds.ROOT);
  }

  /**
   * Returns {@code process} with these defaults applied.
   *
   * @param args replace {@link #command}, like the arguments of {@code podman run}; empty if none
   *     are given. If nothing defines a command, the process keeps its own
   * @throws ImageException if the user of the image cannot be used
   */
  public OciProcess applyTo(OciProcess process, List<String> args) {
    if (!userProblem.isEmpty()) {
      throw new ImageException(Reason.INVALID, userProblem);
    }
    List<String> all = new ArrayList<>(entrypoint);
    all.addAll(args.isEmpty() ? command : args);
    OciProcess applied = process.withEnv(env).withUser(user.uid(), user.gid(), user.groups());
    applied = workingDir.isEmpty() ? applied : applied.withCwd(workingDir);
    return all.isEmpty() ? applied : applied.withArgs(all);
  }
}
