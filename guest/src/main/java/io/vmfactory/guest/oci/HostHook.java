package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Hook;
import java.util.List;

/**
 * A program of the host that an engine has run when a container changes its state.
 *
 * @param stage when it is run
 * @param path the program, an absolute path on the host
 * @param args its arguments, the first is its name; empty = only the path
 * @param env its environment
 * @param timeoutSeconds how long it may run, in seconds; 0 = no limit of its own
 */
public record HostHook(
    Stage stage, String path, List<String> args, List<String> env, long timeoutSeconds) {
  /** When a hook is run. */
  public enum Stage {
    /** At the end of the creation. */
    PRESTART,
    /** At the end of the creation, after those of PRESTART. */
    CREATE_RUNTIME,
    /** After the start. */
    POSTSTART,
    /** After the removal. */
    POSTSTOP
  }

  public HostHook {
    args = List.copyOf(args);
    env = List.copyOf(env);
  }

  static HostHook of(Stage stage, Hook hook) {
    return new HostHook(
        stage, hook.getPath(), hook.getArgsList(), hook.getEnvList(), hook.getTimeout());
  }
}
