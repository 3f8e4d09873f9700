package io.vmfactory.linux;

import static io.vmfactory.linux.Program.FIRST_INHERITED;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a program with posix_spawn(3). The program gets a session of its own, so it outlives this
 * process and gets no terminal signals. Its standard input is empty, its signal settings are those
 * after boot, it has no ambient capabilities, and its environment holds only the C locale.
 */
final class Spawner implements AutoCloseable {
  /** Both opaque types are smaller than this: 80 and 336 bytes in glibc 2.36, x86-64. */
  private static final int OPAQUE_BYTES = 1024;

  private static final int SIGSET_BYTES = 128;
  private static final int OWNER_ONLY = 0600;

  /** Refuses a link; a pipe in place of the file fails instead of blocking this process. */
  private static final int PLAIN_FILE_ONLY = LibC.O_NOFOLLOW | LibC.O_NONBLOCK;

  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  /** Held while this process has a setting that is meant for a child. */
  private static final Object SETTING = new Object();

  private final Memory actions = zeroed(OPAQUE_BYTES);
  private final Memory attributes = zeroed(OPAQUE_BYTES);

  private Spawner() {
    LibC.posix_spawn_file_actions_init(actions);
    LibC.posix_spawnattr_init(attributes);
  }

  /** Starts {@code program} and returns its pid. The caller must reap it. */
  static int spawn(Program program) {
    try (Spawner spawner = new Spawner()) {
      spawner.setAttributes();
      spawner.setStandardStreams(program.output());
      spawner.inherit(program.inherited());
      dropAmbientRights();
      return program.smallPages() ? spawner.startInSmallPages(program) : spawner.start(program);
    }
  }

  /** The child inherits the page size, so this process does without huge pages for a moment. */
  private int startInSmallPages(Program program) {
    synchronized (SETTING) {
      int before = LibC.prctl(LibC.PR_GET_THP_DISABLE, 0, 0, 0, 0);
      LibC.prctl(LibC.PR_SET_THP_DISABLE, 1, 0, 0, 0);
      try {
        return start(program);
      } finally {
        LibC.prctl(LibC.PR_SET_THP_DISABLE, before, 0, 0, 0);
      }
    }
  }

  /**
   * A service manager may have given rights to an ordinary user, e.g. for network interfaces. The
   * child must not get them. This thread keeps its rights; it only loses the right to pass them on.
   */
  private static void dropAmbientRights() {
    LibC.prctl(LibC.PR_CAP_AMBIENT, LibC.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  }

  private void setAttributes() {
    Memory none = zeroed(SIGSET_BYTES);
    Memory all = zeroed(SIGSET_BYTES);
    LibC.sigemptyset(none);
    // sigfillset leaves out two signals of glibc's own, which posix_spawn then ignores in the child
    all.setMemory(0, SIGSET_BYTES, (byte) 0xff);
    check(LibC.posix_spawnattr_setsigmask(attributes, none), "set signal mask");
    check(LibC.posix_spawnattr_setsigdefault(attributes, all), "set signal defaults");
    int flags = LibC.SPAWN_SETSID | LibC.SPAWN_SETSIGMASK | LibC.SPAWN_SETSIGDEF;
    check(LibC.posix_spawnattr_setflags(attributes, (short) flags), "set spawn flags");
  }

  private void setStandardStreams(Path output) {
    open(0, "/dev/null", LibC.O_RDONLY);
    // An open file of this process has such a name, which is a link by nature.
    int plain = output.startsWith(OPEN_FILES) ? 0 : PLAIN_FILE_ONLY;
    open(1, output.toString(), LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND | plain);
    duplicate(1, 2);
  }

  /**
   * Moves the descriptors above all others first, so that none is overwritten before it is copied.
   */
  private void inherit(List<Integer> descriptors) {
    int end = FIRST_INHERITED + descriptors.size();
    int relay = descriptors.stream().mapToInt(fd -> fd + 1).reduce(end, Math::max);
    for (int i = 0; i < descriptors.size(); i++) {
      duplicate(descriptors.get(i), relay + i);
    }
    for (int i = 0; i < descriptors.size(); i++) {
      duplicate(relay + i, FIRST_INHERITED + i);
    }
    check(LibC.posix_spawn_file_actions_addclosefrom_np(actions, end), "close the others");
  }

  private void open(int fd, String path, int flags) {
    check(
        LibC.posix_spawn_file_actions_addopen(actions, fd, path, flags, OWNER_ONLY),
        "open " + path);
  }

  private void duplicate(int from, int to) {
    check(LibC.posix_spawn_file_actions_adddup2(actions, from, to), "pass a descriptor");
  }

  private int start(Program program) {
    List<String> argv = new ArrayList<>();
    argv.add(program.executable().toString());
    argv.addAll(program.arguments());
    int[] pid = new int[1];
    check(
        LibC.posix_spawn(
            pid, argv.get(0), actions, attributes, array(argv), array(List.of("LC_ALL=C"))),
        "cannot start " + program.executable());
    return pid[0];
  }

  private static void check(int errno, String what) {
    if (errno != 0) {
      throw Errno.failure(what, errno);
    }
  }

  private static Memory zeroed(int size) {
    Memory memory = new Memory(size);
    memory.clear();
    return memory;
  }

  /** Makes a NULL-terminated array of C strings; the strings follow it in the same block. */
  private static Memory array(List<String> strings) {
    List<byte[]> all = strings.stream().map(string -> (string + "\0").getBytes(UTF_8)).toList();
    long at = 8L * (all.size() + 1);
    Memory block = new Memory(at + all.stream().mapToInt(bytes -> bytes.length).sum());
    block.clear();
    for (int i = 0; i < all.size(); i++) {
      byte[] bytes = all.get(i);
      block.write(at, bytes, 0, bytes.length);
      block.setPointer(8L * i, block.share(at));
      at += bytes.length;
    }
    return block;
  }

  @Override
  public void close() {
    LibC.posix_spawn_file_actions_destroy(actions);
    LibC.posix_spawnattr_destroy(attributes);
  }
}
