package io.vmfactory.guest.differential;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmfactory.guest.ttrpc.SpecGuest;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;

/**
 * A random bundle: the configuration that engines write, with a few of its parts made anew. The
 * values are such that runc does not harm the host. {@code RandomTrialTest} compares what can be
 * set with the specification.
 */
final class RandomTrial {
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_AUDIT_WRITE",
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FOWNER",
          "CAP_KILL",
          "CAP_MKNOD",
          "CAP_NET_BIND_SERVICE",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SYS_CHROOT",
          "CAP_SYS_NICE",
          "CAP_SYS_PTRACE");

  /** Types of limits, and values that let a shell run. */
  private static final List<String> LIMITS =
      List.of(
          "CORE",
          "FSIZE",
          "LOCKS",
          "MEMLOCK",
          "MSGQUEUE",
          "NICE",
          "NOFILE",
          "NPROC",
          "RSS",
          "RTPRIO",
          "RTTIME",
          "SIGPENDING");

  private static final BigInteger ENDLESS = new BigInteger("18446744073709551615");

  private final long seed;
  private final Dice dice;
  private final ObjectNode config;

  RandomTrial(long seed) throws IOException {
    this.seed = seed;
    this.dice = new Dice(seed);
    this.config = SpecGuest.hostConfig();
  }

  Trial next() {
    List<Runnable> parts =
        List.of(
            this::user,
            this::environment,
            this::capabilities,
            this::limits,
            this::process,
            this::root,
            this::mounts,
            this::removedMounts,
            () -> new RandomLinux(dice, config).change());
    parts.stream().filter(part -> dice.once(2)).forEach(Runnable::run);
    return new Trial("random " + seed, config, exec(), dice.oneOf(0, 0, 1, 7, 127, 255));
  }

  private ObjectNode firstProcess() {
    return (ObjectNode) config.get("process");
  }

  private long id() {
    return dice.oneOf(0, 0, 1, 1000, 65534, 65535, 100000, Integer.MAX_VALUE);
  }

  private void user() {
    ObjectNode user = firstProcess().putObject("user");
    user.put("uid", id());
    user.put("gid", id());
    if (dice.once(2)) {
      ArrayNode groups = user.putArray("additionalGids");
      dice.some(List.of("0", "7", "1000", "65534", "100000"))
          .forEach(id -> groups.add(Long.valueOf(id)));
    }
    if (dice.once(2)) {
      user.put("umask", dice.oneOf(0, 2, 18, 63, 511));
    }
  }

  private void environment() {
    List<String> variables =
        dice.some(
            List.of(
                "PATH=/bin",
                "HOME=/srv",
                "E=",
                "E=2",
                "B=a=b",
                "A= x ",
                "U=ü€",
                "TERM=xterm",
                "LANG=C",
                "HOSTNAME=h",
                "PATH=/bin:/usr/bin",
                "Q=\"'\\",
                "x.y-z=1"));
    firstProcess().set("env", Dice.list(variables));
  }

  private void capabilities() {
    if (dice.once(5)) {
      firstProcess().remove("capabilities");
      return;
    }
    ObjectNode sets = firstProcess().putObject("capabilities");
    List<String> bounding = dice.some(CAPABILITIES);
    List<String> permitted = dice.some(bounding);
    List<String> inheritable = dice.some(permitted);
    sets.set("bounding", Dice.list(bounding));
    sets.set("permitted", Dice.list(permitted));
    sets.set("effective", Dice.list(dice.some(permitted)));
    sets.set("inheritable", Dice.list(inheritable));
    sets.set("ambient", Dice.list(dice.some(inheritable)));
  }

  private void limits() {
    ArrayNode limits = firstProcess().putArray("rlimits");
    for (String type : dice.some(LIMITS)) {
      boolean none = type.equals("NICE") || type.equals("RTPRIO");
      int hard = none ? 0 : dice.number(4096, 8192);
      boolean endless = dice.once(20) && !type.equals("NOFILE");
      ObjectNode limit = limits.addObject().put("type", "RLIMIT_" + type);
      limit.put("soft", none ? 0 : dice.number(2048, hard));
      limit.put("hard", endless ? ENDLESS : BigInteger.valueOf(hard));
    }
  }

  private void process() {
    firstProcess().put("noNewPrivileges", dice.once(2));
    firstProcess().put("cwd", dice.oneOf("/", "/tmp", "/bin", "/srv/../tmp", "/not/there"));
    if (dice.once(2)) {
      firstProcess().put("oomScoreAdj", dice.once(10) ? -500 : dice.number(0, 1000));
    }
    if (dice.once(2)) {
      config.put("hostname", dice.oneOf("a", "a.b", "A-1", "h".repeat(63)));
    }
    if (dice.once(2)) {
      config.putObject("annotations").put("org.example", "x").put("run.oci.systemd.force", "1");
    }
    config.put("ociVersion", dice.oneOf("1.0.0", "1.0.2", "1.1.0", "1.2.0"));
    config.put("domainname", "d.example");
    firstProcess().put("apparmorProfile", "");
  }

  private void root() {
    ((ObjectNode) config.get("root")).put("readonly", dice.once(3));
  }

  private void mounts() {
    ArrayNode mounts = (ArrayNode) config.get("mounts");
    List<String> flags =
        List.of(
            "nosuid", "noexec", "nodev", "ro", "noatime", "nodiratime", "relatime", "strictatime");
    for (String name : dice.some(List.of("one", "two", "three"))) {
      boolean file = dice.once(5);
      ObjectNode mount =
          mounts.addObject().put("destination", "/m/" + (file ? "file-" : "") + name);
      ArrayNode options = mount.putArray("options");
      dice.some(flags).forEach(options::add);
      if (dice.once(3)) {
        options.add(
            dice.oneOf(
                "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable"));
      }
      if (file) {
        mount.put("type", dice.oneOf("bind", "none", ""));
        mount.put("source", dice.oneOf("/dev/zero", "/dev/null", "/proc/version"));
        options.add(dice.oneOf("bind", "rbind"));
      } else if (dice.once(2)) {
        mount.put("type", "tmpfs").put("source", "t");
        options.add("size=" + dice.oneOf("64k", "1m", "8192"));
        options.add("mode=" + dice.oneOf("700", "1777", "755"));
      } else {
        String type = dice.oneOf("proc", "mqueue");
        mount.put("type", type).put("source", type);
      }
    }
  }

  private void removedMounts() {
    ArrayNode mounts = (ArrayNode) config.get("mounts");
    // runc itself needs /proc; without /dev, devices stay in the root for later trials
    for (int i = mounts.size() - 1; i > 1; i--) {
      if (dice.once(4)) {
        mounts.remove(i);
      }
    }
  }

  private Trial.Exec exec() {
    if (dice.once(2)) {
      return Trial.Exec.SAME;
    }
    String user = dice.once(2) ? id() + ":" + id() : "";
    List<String> env = dice.some(List.of("A=1", "PATH=/bin", "HOME=/tmp", "NEW=x y"));
    return new Trial.Exec(user, env, dice.oneOf("", "/", "/tmp", "/bin"));
  }
}
