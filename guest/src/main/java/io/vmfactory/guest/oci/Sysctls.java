package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Linux;
import java.util.regex.Pattern;

/** The kernel parameters that a container may set: those of its own namespaces. */
final class Sysctls {
  private static final Pattern OF_A_NAMESPACE =
      Pattern.compile(
          "net\\..+|fs\\.mqueue\\..+|kernel\\.(domainname|msgmax|msgmnb|msgmni|sem|shm_rmid_forced"
              + "|shmall|shmmax|shmmni)");

  private Sysctls() {}

  static void judge(Linux linux, JsonPath path, SpecProblems problems) {
    linux
        .getSysctlMap()
        .keySet()
        .forEach(
            name ->
                problems.unless(
                    OF_A_NAMESPACE.matcher(dotted(name)).matches() && isPath(name),
                    path.property(name),
                    "belongs to no namespace of a container: it can be net.*, fs.mqueue.* and"
                        + " kernel.{domainname,msg*,sem,shm*}"));
  }

  /** The first separator says which one it is, as for sysctl(8): the other is part of a name. */
  private static String dotted(String name) {
    int slash = name.indexOf('/');
    int dot = name.indexOf('.');
    boolean slashes = slash >= 0 && (dot < 0 || slash < dot);
    return slashes ? name.replace('/', '.') : name;
  }

  private static boolean isPath(String name) {
    return !name.contains("..") && !name.startsWith(".") && !name.endsWith(".");
  }
}
